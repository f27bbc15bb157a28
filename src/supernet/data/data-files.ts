import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { parse } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DataError } from '../../errors.js';

const IMAGES = /\.(png|jpe?g|tiff?|webp)$/i;

export const isImageFile = (file: string): boolean => IMAGES.test(file);

/** A path without its ending, which names the image. */
export const imageName = (path: string): string => path.slice(0, path.length - parse(path).ext.length);

/** Names in a folder, sorted; none for a folder that cannot be read. */
export const filesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).sort();

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
