import sharp, { type Metadata, type Sharp } from 'sharp';
import { DataError } from '../../errors.js';
import { requireFile } from './data-files.js';

/** Pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export interface Picture extends ImageSize {
  /** `[height, width, 3]`, 8 bit. */
  readonly rgb: Uint8Array;
  /** What was done to the picture that its owner may not expect. */
  readonly note?: string;
}

/**
 * Reads a file, or its bytes, of PNG, JPEG, TIFF or WebP; grey, RGB or RGBA (alpha is dropped). 16 bits are brought to 8 by their upper byte, floats
 * and 32 bits spread over their range. The picture is turned upright as its EXIF orientation says, since annotation tools
 * show it so; `size` (of its mask or annotations) decides otherwise where only the picture as stored has it.
 * @throws DataError (DATA_UNREADABLE)
 */
export async function readPicture(source: string | Uint8Array, size?: ImageSize): Promise<Picture> {
  if (typeof source === 'string') await requireFile(source);
  try {
    const metadata = await sharp(source).metadata();
    // Decoders warn of stray bytes that every viewer passes over; what is cut off or broken stays an error.
    const picture = sharp(source, { failOn: 'error' });
    if (isTurned(metadata, size)) picture.autoOrient();
    const pages = (metadata.pages ?? 1) > 1 ? `it has ${metadata.pages} pages, of which the first is read` : undefined;
    if (isWide(metadata)) return await spread(picture, pages);
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, rgb: threeChannels(data, channels), ...(pages === undefined ? {} : { note: pages }) };
  } catch (cause) {
    throw unreadable(typeof source === 'string' ? source : 'what was given', cause);
  }
}

/**
 * The picture, of the size that its annotations in the file `by` are for, where they say one.
 * @throws DataError (DATA_UNREADABLE, DATA_SIZE)
 */
export async function readSizedPicture(path: string, size: ImageSize | undefined, by: string): Promise<Picture> {
  const picture = await readPicture(path, size);
  const { width, height } = picture;
  if (size !== undefined && (size.width !== width || size.height !== height)) {
    throw new DataError('DATA_SIZE', `${path} is ${width}x${height}, ${by} says ${size.width}x${size.height}`, {
      remedy: 'use the annotations and the images of one release',
    });
  }
  return picture;
}

export function unreadable(path: string, cause: unknown): DataError {
  if (cause instanceof DataError) return cause;
  return new DataError(
    'DATA_UNREADABLE',
    `${path} is not a readable image: ${(cause as Error).message.split('\n')[0]}`,
    { remedy: 'replace the file (PNG, JPEG, TIFF or WebP) or take the image out of the data set', cause },
  );
}

/** Orientations 5 to 8 exchange the sides. */
function isTurned({ orientation = 1, width, height }: Metadata, size?: { width: number; height: number }): boolean {
  if (orientation === 1 || size === undefined) return orientation !== 1;
  const asStored = size.width === width && size.height === height;
  return !(asStored && orientation >= 5 && width !== height);
}

/** More than 16 bits, or fractions. */
const isWide = ({ depth }: Metadata): boolean => !['uchar', 'char', 'ushort', 'short'].includes(depth ?? 'uchar');

async function spread(picture: Sharp, pages: string | undefined): Promise<Picture> {
  const { data, info } = await picture.raw({ depth: 'double' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const values = new Float64Array(data.buffer, data.byteOffset, data.byteLength / 8);
  // A second or fourth channel is alpha.
  const colours = channels < 3 ? 1 : 3;
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (i % channels >= colours || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  // 0..1 and 0..255 are scales of their own, so that a dark picture stays dark.
  if (least >= 0 && most <= 255) [least, most] = [0, most <= 1 ? 1 : 255];
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) {
    const value = values[Math.floor(i / 3) * channels + (colours === 1 ? 0 : i % 3)] as number;
    const share = most > least ? (value - least) / (most - least) : 0;
    rgb[i] = Number.isFinite(share) ? Math.min(255, Math.max(0, Math.round(255 * share))) : 0;
  }
  const note = `its values from ${least} to ${most} are spread over 0 to 255`;
  return { width, height, rgb, note: pages === undefined ? note : `${note}; ${pages}` };
}

function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3) * channels] as number;
  return rgb;
}
