import { open, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { DataError } from '../../errors.js';
import { requireFile } from './data-files.js';
import { isPng, readPngSamples } from './png-samples.js';
import { unreadable } from './read-picture.js';
import { tiffColours } from './tiff-colours.js';

export interface LabelMap {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, 0 background. */
  readonly labels: Uint16Array;
}

/** The numbers of a picture, `[height, width, channels]`. */
interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: ArrayLike<number>;
}

/**
 * Reads a picture whose numbers are labels: grey of 8 or 16 bits, or a palette PNG, of which the index is the label whatever
 * its colours. Nothing manages colours here. Of a colour picture the first channel counts where the others are empty or
 * repeat it.
 * @throws DataError (DATA_MASK) for what cannot be a label map: lossy files, colours, several pages, fractions
 */
export async function readLabelMap(path: string): Promise<LabelMap> {
  await requireFile(path);
  const samples = await decode(path);
  return { width: samples.width, height: samples.height, labels: labelsOf(samples, path) };
}

async function decode(path: string): Promise<Samples> {
  const start = await head(path);
  if (isPng(start)) {
    try {
      return await readPngSamples(await readFile(path));
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }
  // Libraries bring a lossy file to pixels like any other; its values are no longer those that were written.
  if (start[0] === 0xff && start[1] === 0xd8) throw noLabelMap(path, 'is a JPEG, which changes values');
  const text = Buffer.from(start).toString('latin1');
  if (/^RIFF....WEBP/s.test(text) && text.includes('VP8 ')) {
    throw noLabelMap(path, 'is a lossy WebP, which changes values');
  }
  const metadata = await sharp(path)
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
  if ((metadata.pages ?? 1) > 1) throw noLabelMap(path, `has ${metadata.pages} pages, a label map has one`);
  if (metadata.format === 'tiff') {
    const colours = await tiffColours(path);
    if (colours !== undefined) throw noLabelMap(path, `is a TIFF of ${colours}`);
  } else if (metadata.format !== 'webp') throw noLabelMap(path, `is a ${metadata.format}`);
  try {
    const space = (metadata.channels ?? 1) < 3 ? 'b-w' : 'srgb';
    const picture = sharp(path, { ignoreIcc: true, failOn: 'error' });
    // Without a target of 16 bits they would be brought to 8.
    const target = metadata.depth === 'ushort' ? (space === 'b-w' ? 'grey16' : 'rgb16') : space;
    const { data, info } = await picture
      .toColourspace(target)
      .raw({ depth: 'double' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, channels, samples: new Float64Array(data.buffer, data.byteOffset, data.byteLength / 8) };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function labelsOf({ width, height, channels, samples }: Samples, path: string): Uint16Array {
  const labels = new Uint16Array(width * height);
  let empty = true;
  let repeated = true;
  for (let i = 0; i < labels.length; i++) {
    const at = i * channels;
    const label = samples[at] as number;
    if (!(label >= 0 && label < 2 ** 16 && Number.isInteger(label))) {
      throw noLabelMap(path, `has the value ${label}, labels are whole numbers from 0 to 65535`);
    }
    labels[i] = label;
    if (channels < 3) continue;
    const [green, blue] = [samples[at + 1], samples[at + 2]];
    empty &&= green === 0 && blue === 0;
    repeated &&= green === label && blue === label;
    if (!empty && !repeated) throw noLabelMap(path, 'is a colour picture');
  }
  return labels;
}

async function head(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const noLabelMap = (path: string, what: string) =>
  new DataError('DATA_MASK', `${path} ${what}: it is no label map`, {
    remedy: 'save the labels as a grey PNG of 8 or 16 bits: 0 is background, every object has one value of its own',
  });
