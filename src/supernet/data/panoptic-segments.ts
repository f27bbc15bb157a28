import { readFile } from 'node:fs/promises';
import { DataError } from '../../errors.js';
import { requireFile } from './data-files.js';
import { isPng, type PngSamples, readPngSamples } from './png-samples.js';
import { type ImageSize, unreadable, wrongSize } from './read-picture.js';
import type { Runs } from './run-lengths.js';

/**
 * The segments of a PNG whose colours are their numbers, red + 256 green + 65536 blue, as COCO's panoptic task keeps them; black is
 * no segment.
 * @throws DataError for what is no such PNG, or of another size than its image
 */
export async function readPanopticSegments(
  path: string,
  { width, height }: ImageSize,
): Promise<ReadonlyMap<number, Runs>> {
  const png = await decode(path);
  if (png.width !== width || png.height !== height) {
    throw wrongSize(path, `${png.width}x${png.height}`, { width, height });
  }
  const { samples, channels } = png;
  const segments = new Map<number, number[]>();
  let before = 0;
  for (let at = 0; at < width * height; at++) {
    const pixel = ((at % height) * width + Math.floor(at / height)) * channels;
    const [red = 0, green = 0, blue = 0] = [samples[pixel], samples[pixel + 1], samples[pixel + 2]];
    const segment = red + 256 * green + 65536 * blue;
    if (segment === before) continue;
    if (before !== 0) segments.get(before)?.push(at);
    if (segment !== 0) {
      const runs = segments.get(segment);
      if (runs === undefined) segments.set(segment, [at]);
      else runs.push(at);
    }
    before = segment;
  }
  if (before !== 0) segments.get(before)?.push(width * height);
  return segments;
}

async function decode(path: string): Promise<PngSamples> {
  await requireFile(path);
  const bytes = await readFile(path);
  if (!isPng(bytes)) throw noSegments(path, 'is no PNG, which keeps colours as they are');
  const png = await readPngSamples(bytes).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (png.channels >= 3 && png.samples instanceof Uint8Array) return png;
  throw noSegments(path, png.channels >= 3 ? 'has 16 bits a colour' : 'is no picture of colours');
}

const noSegments = (path: string, what: string): DataError =>
  new DataError('DATA_MASK', `${path} ${what}: its colours are no numbers of segments`, {
    remedy: 'give the PNG of the panoptic annotations, of which the colours are red + 256 green + 65536 blue',
  });
