import { readFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { DataError } from '../../errors.js';
import { requireFile } from './data-files.js';
import { notesOf } from './labelled-image.js';
import { pngFrames } from './png-frames.js';
import { HALF_FLOATS, type Samples, storedSamples } from './stored-samples.js';
import { tiffTags } from './tiff-tags.js';

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
 * Reads a file, or its bytes, of PNG, JPEG, TIFF or WebP; grey, RGB or RGBA (alpha is dropped). 16 bits are brought to 8 by their upper byte; floats,
 * 32 bits, and 16 bits that a camera of 14 or fewer or a sign leaves mostly unused are spread over their range, which is said. The picture is turned upright as its EXIF orientation says, since annotation tools
 * show it so; `size` (of its mask or annotations) decides otherwise where only the picture as stored has it.
 * @throws DataError (DATA_UNREADABLE)
 */
export async function readPicture(source: string | Uint8Array, size?: ImageSize): Promise<Picture> {
  if (typeof source === 'string') await requireFile(source);
  try {
    const metadata = await sharp(source).metadata();
    // Decoders warn of stray bytes that every viewer passes over; what is cut off or broken stays an error.
    const picture = sharp(source, { failOn: 'error' });
    const turns = isTurned(metadata, size);
    if (turns) picture.autoOrient();
    const pages =
      metadata.format === 'png'
        ? pngFrames(typeof source === 'string' ? await readFile(source) : source)
        : (metadata.pages ?? 1);
    const manyPages = pages > 1 ? `it has ${pages} pages, of which the first is read` : undefined;
    const asStored = (metadata.orientation ?? 1) !== 1 && !turns;
    const lying = asStored ? 'it is not turned upright, since its annotations have its size as stored' : undefined;
    const said = notesOf(manyPages, lying);
    const { depth = 'uchar' } = metadata;
    if (depth !== 'uchar') {
      const { noData } =
        typeof source === 'string' && metadata.format === 'tiff' ? await tiffTags(source) : { noData: undefined };
      const stored = without(noData, await storedSamples(picture.clone(), metadata));
      const range = rangeOf(stored);
      if (range[0] > range[1]) throw new Error('it holds no number');
      if (depth !== 'ushort' || range[1] < LEAST_16_BIT) return spread(stored, range, said);
    }
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, rgb: threeChannels(data, channels), ...said };
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

/** What is said of a mask of another size than its image. */
export const wrongSize = (mask: string, size: string, { width, height }: ImageSize): DataError =>
  new DataError('DATA_SIZE', `${mask} is ${size}, its image ${width}x${height}`, {
    remedy: 'a mask must have the size of its image',
  });

/** What the picture library says of files that are whole and only of a kind it does not read. */
const KINDS = [
  [/samples out of range/, 'its numbers have 64 bits', 'save it with numbers of 8, 16 or 32 bits'],
  [new RegExp(HALF_FLOATS), HALF_FLOATS, 'save it with floats of 32 bits'],
  [
    /(\w+) compression support is not configured/,
    'its compression is not read',
    'save it with LZW or deflate, or as PNG',
  ],
] as const;

export function unreadable(path: string, cause: unknown): DataError {
  if (cause instanceof DataError) return cause;
  const [said = ''] = (cause as Error).message.split('\n');
  const kind = KINDS.find(([pattern]) => pattern.test(said));
  const what = kind === undefined ? `is not a readable image: ${said}` : `is a TIFF that is not read: ${kind[1]}`;
  const remedy = kind?.[2] ?? 'replace the file (PNG, JPEG, TIFF or WebP)';
  return new DataError('DATA_UNREADABLE', `${path} ${what}`, {
    remedy: `${remedy} or take the image out of the data set`,
    cause,
  });
}

/** Orientations 5 to 8 exchange the sides. */
function isTurned({ orientation = 1, width, height }: Metadata, size?: { width: number; height: number }): boolean {
  if (orientation === 1 || size === undefined) return orientation !== 1;
  const asStored = size.width === width && size.height === height;
  return !(asStored && orientation >= 5 && width !== height);
}

/** The upper byte of a number below shows too little: cameras of 10, 12 and 14 bits write files of 16. */
const LEAST_16_BIT = 2 ** 14;

/** A second or fourth channel is alpha. */
const coloursOf = ({ channels }: Samples) => (channels < 3 ? 1 : 3);

/** With NaN where the file says that nothing was measured. */
function without(noData: number | undefined, stored: Samples): Samples {
  if (noData === undefined || Number.isNaN(noData)) return stored;
  // The text has less digits than a number of 32 bits, or more.
  const samples = Float64Array.from(stored.samples, (value) =>
    value === noData || Math.fround(value) === Math.fround(noData) ? Number.NaN : value,
  );
  return { ...stored, samples };
}

/** The least and the largest number of the colours. */
function rangeOf(stored: Samples): readonly [least: number, most: number] {
  const { samples, channels } = stored;
  const colours = coloursOf(stored);
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number;
    if (i % channels >= colours || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

function spread(
  stored: Samples,
  [lowest, highest]: readonly [number, number],
  { note: also }: Pick<Picture, 'note'>,
): Picture {
  const { width, height, channels, samples } = stored;
  const isGrey = coloursOf(stored) === 1;
  let [least, most] = [lowest, highest];
  // 0..1 and 0..255 are scales of their own, so that a dark picture stays dark.
  if (least >= 0 && most <= 255) [least, most] = [0, most <= 1 ? 1 : 255];
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) {
    const value = samples[Math.floor(i / 3) * channels + (isGrey ? 0 : i % 3)] as number;
    const share = most > least ? (value - least) / (most - least) : 0;
    rgb[i] = Number.isFinite(share) ? Math.min(255, Math.max(0, Math.round(255 * share))) : 0;
  }
  const note = `its values from ${least} to ${most} are spread over 0 to 255`;
  return { width, height, rgb, ...notesOf(note, also) };
}

function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3) * channels] as number;
  return rgb;
}
