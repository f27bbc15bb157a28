import { noMask, type ObjectMask } from './read-objects.js';
import type { ImageSize } from './read-picture.js';
import { bitmapMask } from './shape-masks.js';

/**
 * The mask of a brush of Label Studio: bytes of a stream of bits (thi.ng's rle-pack) of the image's pixels, red, green, blue
 * and opacity, row after row. The stream begins with the number of values (32 bits), the bits of a value less one (5) and those
 * of four kinds of lengths less one (4 each); then come runs: whether one value is repeated (1), the kind of its length (2), its
 * length less one, and the value, or as many values.
 * @throws DataError for what is no such stream, or one of another size than the image
 */
export function brushMask(bytes: unknown, image: ImageSize): ObjectMask {
  if (!Array.isArray(bytes) || !bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)) {
    throw noMask('is a brush without run lengths');
  }
  const { width, height } = image;
  const read = bitReader(Uint8Array.from(bytes));
  const count = read(32);
  if (count !== width * height * 4) {
    throw noMask(`is a brush of ${count / 4} pixels, its image is ${width}x${height}`, 'DATA_SIZE');
  }
  const bits = read(5) + 1;
  const lengths = Array.from({ length: 4 }, () => read(4) + 1);
  const opacity = new Uint8Array(width * height);
  const put = (at: number, value: number) => {
    if (at % 4 === 3 && value > 0) opacity[at >> 2] = 1;
  };
  for (let at = 0; at < count; ) {
    const repeats = read(1) === 1;
    const end = at + read(lengths[read(2)] as number) + 1;
    if (end > count) throw noMask('is a brush whose run lengths exceed its image');
    const value = repeats ? read(bits) : 0;
    for (; at < end; at++) put(at, repeats ? value : read(bits));
  }
  return bitmapMask({ left: 0, top: 0, width, height, covers: (x, y) => opacity[y * width + x] === 1 }, image);
}

/** Numbers of so many bits, the highest first. */
function bitReader(bytes: Uint8Array): (bits: number) => number {
  let at = 0;
  return (bits) => {
    let value = 0;
    for (let i = 0; i < bits; i++, at++) {
      const byte = bytes[at >> 3];
      if (byte === undefined) throw noMask('is a brush whose run lengths end too early');
      value = value * 2 + ((byte >> (7 - (at & 7))) & 1);
    }
    return value;
  };
}
