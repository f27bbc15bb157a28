import { open } from 'node:fs/promises';

/** Tags of TIFF 6.0, the third a text, and GDAL's of the number that stands for no number, a text. */
const [COMPRESSION, PHOTOMETRIC, DESCRIPTION, NO_DATA] = [259, 262, 270, 42113];
/** The type of numbers of four bytes; others that a tag of these kinds has are of two. */
const LONG = 4;
/** Values that a picture library turns into other numbers than those stored. */
const COLOURS: { readonly [photometric: number]: string } = {
  0: 'inverted grey',
  3: 'palette colours',
  5: 'CMYK colours',
  6: 'YCbCr colours',
  8: 'Lab colours',
};
/** JPEG in its three ways, and JPEG XR and WebP, which may be without loss and cannot be told. */
const LOSSY: ReadonlySet<number> = new Set([6, 7, 34892, 34934, 50001]);

export interface TiffTags {
  /** What its numbers are, where they are not grey or RGB as stored. */
  readonly colours?: string;
  readonly isLossy: boolean;
  /** What stands where nothing was measured. */
  readonly noData?: number;
  /** How many ImageJ says there are, which writes all behind the first page where they are large. */
  readonly images?: number;
}

/** What a TIFF says of its first page. */
export async function tiffTags(path: string): Promise<TiffTags> {
  const file = await open(path);
  try {
    const read = async (at: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(0, 16);
    if (head.length < 16) return { isLossy: false };
    const little = head.toString('latin1', 0, 2) === 'II';
    const number = (bytes: Buffer, at: number, size: 2 | 4 | 8): number => {
      if (size === 8) return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
      return little ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
    };
    // BigTIFF keeps offsets and counts in 8 bytes.
    const big = number(head, 2, 2) === 43;
    const [countBytes, entryBytes, placeBytes] = big ? ([8, 20, 8] as const) : ([2, 12, 4] as const);
    const place = number(head, big ? 8 : 4, placeBytes);
    const count = Math.min(4096, number(await read(place, countBytes), 0, countBytes));
    const entries = await read(place + countBytes, count * entryBytes);
    const found = new Map<number, number>();
    const texts = new Map<number, string>();
    for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
      const [tag, value] = [number(entries, at, 2), at + 4 + placeBytes];
      if (tag === COMPRESSION || tag === PHOTOMETRIC) {
        found.set(tag, number(entries, value, number(entries, at + 2, 2) === LONG ? 4 : 2));
      } else if (tag === NO_DATA || tag === DESCRIPTION) {
        const length = Math.min(1024, number(entries, at + 4, placeBytes));
        const isHere = length <= placeBytes;
        const bytes = isHere
          ? entries.subarray(value, value + length)
          : await read(number(entries, value, placeBytes), length);
        texts.set(tag, bytes.toString('latin1').replace(/\0.*$/s, '').trim());
      }
    }
    const noData = texts.get(NO_DATA);
    const images = /^ImageJ=.*^images=(\d+)/ms.exec(texts.get(DESCRIPTION) ?? '')?.[1];
    const colours = COLOURS[found.get(PHOTOMETRIC) ?? 1];
    return {
      ...(colours === undefined ? {} : { colours }),
      isLossy: LOSSY.has(found.get(COMPRESSION) ?? 1),
      ...(images === undefined ? {} : { images: Number(images) }),
      ...(noData === undefined || noData === '' || Number.isNaN(Number(noData)) ? {} : { noData: Number(noData) }),
    };
  } catch (cause) {
    // A header that cannot be followed is the picture library's to judge.
    if (cause instanceof RangeError) return { isLossy: false };
    throw cause;
  } finally {
    await file.close();
  }
}
