import { open } from 'node:fs/promises';

/** Tag 262 of TIFF 6.0. */
const PHOTOMETRIC = 262;
/** The type of numbers of four bytes; others that a tag of this kind has are of two. */
const LONG = 4;
/** Values that a picture library turns into other numbers than those stored. */
const COLOURS: { readonly [photometric: number]: string } = {
  0: 'inverted grey',
  3: 'palette colours',
  5: 'CMYK colours',
  6: 'YCbCr colours',
  8: 'Lab colours',
};

/** What the numbers of a TIFF's first page are, where they are not grey or RGB as stored; undefined where they are. */
export async function tiffColours(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const read = async (at: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(0, 16);
    if (head.length < 16) return undefined;
    const little = head.toString('latin1', 0, 2) === 'II';
    const number = (bytes: Buffer, at: number, size: 2 | 4 | 8): number => {
      if (size === 8) return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
      return little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
    };
    // BigTIFF keeps offsets and counts in 8 bytes.
    const big = number(head, 2, 2) === 43;
    const place = big ? number(head, 8, 8) : number(head, 4, 4);
    const [countBytes, entryBytes] = big ? ([8, 20] as const) : ([2, 12] as const);
    const count = Math.min(4096, number(await read(place, countBytes), 0, countBytes));
    const entries = await read(place + countBytes, count * entryBytes);
    for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
      if (number(entries, at, 2) !== PHOTOMETRIC) continue;
      return COLOURS[number(entries, at + (big ? 12 : 8), number(entries, at + 2, 2) === LONG ? 4 : 2)];
    }
    return undefined;
  } catch (cause) {
    // A header that cannot be followed is the picture library's to judge.
    if (cause instanceof RangeError) return undefined;
    throw cause;
  } finally {
    await file.close();
  }
}
