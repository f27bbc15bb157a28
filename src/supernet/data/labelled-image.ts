import { join } from 'node:path';
import sharp from 'sharp';
import { DataError } from '../../errors.js';
import type { ManifestItem } from './manifest.js';

export interface LabelledObject {
  /** The object's value in the label map. */
  readonly id: number;
  /** Pixels. */
  readonly area: number;
  /** `[x0, y0, x1, y1]` in pixels, x1 and y1 one past the last. */
  readonly box: readonly [number, number, number, number];
}

export interface LabelledImage {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`, 8 bit. */
  readonly rgb: Uint8Array;
  /** `[height, width]`, 0 background. */
  readonly labels: Uint16Array;
  /** In order of their labels. */
  readonly objects: readonly LabelledObject[];
}

/** Reads PNG, JPEG, TIFF or WebP; grey, RGB or RGBA; 8 or 16 bit (brought to 8). Masks keep their 16 bits. */
export async function readLabelledImage(folder: string, item: ManifestItem): Promise<LabelledImage> {
  const imagePath = join(folder, item.image);
  const maskPath = join(folder, item.mask);
  const image = await decode(imagePath, async () =>
    sharp(imagePath).removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  );
  const mask = await decode(maskPath, async () => {
    const { depth } = await sharp(maskPath).metadata();
    // Without a target colour space sharp would bring 16-bit labels to 8 bits.
    const space = depth === 'ushort' ? 'grey16' : 'b-w';
    return sharp(maskPath)
      .extractChannel(0)
      .toColourspace(space)
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
  });
  const { width, height, channels } = image.info;
  if (mask.info.width !== width || mask.info.height !== height) {
    throw new DataError(
      'DATA_SIZE',
      `${maskPath} is ${mask.info.width}x${mask.info.height}, its image ${width}x${height}`,
      { remedy: 'a mask must have the size of its image' },
    );
  }
  const labels = new Uint16Array(mask.data.buffer, mask.data.byteOffset, width * height).slice();
  return {
    name: item.name,
    width,
    height,
    rgb: threeChannels(image.data, channels),
    labels,
    objects: findObjects(labels, width),
  };
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

function findObjects(labels: Uint16Array, width: number): LabelledObject[] {
  const found = new Map<number, { area: number; box: [number, number, number, number] }>();
  labels.forEach((id, at) => {
    if (id === 0) return;
    const x = at % width;
    const y = Math.floor(at / width);
    const object = found.get(id) ?? { area: 0, box: [x, y, x + 1, y + 1] };
    const [x0, y0, x1, y1] = object.box;
    found.set(id, {
      area: object.area + 1,
      box: [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)],
    });
  });
  return [...found].sort(([a], [b]) => a - b).map(([id, object]) => ({ id, ...object }));
}
