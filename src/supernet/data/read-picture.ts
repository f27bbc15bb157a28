import sharp from 'sharp';
import { DataError } from '../../errors.js';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`, 8 bit. */
  readonly rgb: Uint8Array;
}

export interface LabelMap {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, 0 background. */
  readonly labels: Uint16Array;
}

/**
 * Reads PNG, JPEG, TIFF or WebP; grey, RGB or RGBA (alpha is dropped); 16 bits are brought to 8 by their upper byte.
 * Pixels stay where the file has them: a camera's note that the picture lies on its side is not followed.
 */
export async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await decode(path, async () =>
    sharp(path).removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  );
  return { width: info.width, height: info.height, rgb: threeChannels(data, info.channels) };
}

/** Reads a picture whose values are labels, all 16 bits of them; of several channels the first counts. */
export async function readLabelMap(path: string): Promise<LabelMap> {
  const { data, info } = await decode(path, async () => {
    const { depth } = await sharp(path).metadata();
    // Without a target colour space sharp would bring 16-bit labels to 8 bits.
    const space = depth === 'ushort' ? 'grey16' : 'b-w';
    return sharp(path)
      .extractChannel(0)
      .toColourspace(space)
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
  });
  const { width, height } = info;
  return { width, height, labels: new Uint16Array(data.buffer, data.byteOffset, width * height).slice() };
}

async function decode<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new DataError(
      'DATA_UNREADABLE',
      `${path} is not a readable image: ${(cause as Error).message.split('\n')[0]}`,
      {
        remedy: 'replace the file (PNG, JPEG, TIFF or WebP) or take the image out of the data set',
        cause,
      },
    );
  }
}

function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3) * channels] as number;
  return rgb;
}
