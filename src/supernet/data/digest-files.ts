import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DataError } from '../../errors.js';

/** The files' sha256, one after another. Throws `DataError` naming the file that cannot be read. */
export async function digestFiles(paths: readonly string[]): Promise<Uint8Array> {
  const digests: Uint8Array[] = [];
  for (const path of paths) {
    const own = createHash('sha256');
    try {
      await pipeline(createReadStream(path), own);
    } catch (cause) {
      throw new DataError('DATA_MISSING', `${path} cannot be read`, {
        remedy: 'put the file there or take the image out of the data set',
        cause,
      });
    }
    digests.push(own.digest());
  }
  return Buffer.concat(digests);
}
