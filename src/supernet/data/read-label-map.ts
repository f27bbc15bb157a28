import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { DataError } from '../../errors.js';
import { readBytes, requireFile } from './data-files.js';
import type { ReadingOptions } from './dataset-format.js';
import { notesOf } from './labelled-image.js';
import { pngFrames } from './png-frames.js';
import { type Colour, isPng, readPngSamples } from './png-samples.js';
import { unreadable } from './read-picture.js';
import { type Samples, storedSamples } from './stored-samples.js';
import { tiffTags } from './tiff-tags.js';

export interface LabelMap {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, 0 background. */
  readonly labels: Uint16Array;
  /** What its owner may not expect. */
  readonly note?: string;
}

/**
 * Reads a picture whose numbers are labels: grey of 8 or 16 bits, or a palette PNG, of which the index is the label whatever
 * its colours. Nothing manages colours here. What is transparent is background. Of a colour picture the channel counts
 * of which the others are empty or repeat it; where there is none, every colour is a label if that is asked for, of a palette too.
 * @param options.isVocLayout takes grey 255, far from other labels, for the border that it is there
 * @throws DataError (DATA_MASK) for what cannot be a label map: lossy files, colours, several pages, fractions
 */
export async function readLabelMap(
  path: string,
  { maskColours = false, isVocLayout = false }: ReadingOptions & { readonly isVocLayout?: boolean } = {},
): Promise<LabelMap> {
  await requireFile(path);
  return labelMapOf(await decode(path), path, { maskColours, isVocLayout });
}

type Decoded = Samples & { readonly isVoc?: boolean; readonly colours?: readonly Colour[] };

/** The same of numbers that were read. */
export function labelMapOf(
  decoded: Decoded,
  path: string,
  { maskColours = false, isVocLayout = false }: ReadingOptions & { readonly isVocLayout?: boolean } = {},
): LabelMap {
  const { stored: samples, note: numbering } = renumbered(decoded);
  const { width, height } = samples;
  const { isVoc, colours: palette = [] } = decoded;
  const indices = labelsOf(samples, path);
  const labels = palette.length === 0 ? indices : ofPalette(indices as Uint16Array, palette, path, maskColours);
  if (labels !== undefined) {
    // Grey files of VOC's have its void, too.
    const hasVoid = labels.includes(VOID) && (isVoc || (isVocLayout && isFarFromVoid(labels)));
    if (!hasVoid) {
      return { width, height, labels, ...notesOf(numbering, doubtOf(labels, palette.length === 0)) };
    }
    const without = labels.map((label) => (label === VOID ? 0 : label));
    return {
      width,
      height,
      labels: without,
      note: `the ${isVoc ? 'index' : 'value'} ${VOID} of its mask is VOC's void, taken for background`,
    };
  }
  const colours = labelsOfColours(samples, path, maskColours);
  const note = colours.includes(0) ? {} : { note: 'no pixel of its mask is black, the background' };
  return { width, height, labels: colours, ...note };
}

/** The index of VOC's palette that no object has. */
const VOID = 255;

/** From here on labels are far from 255, where it is one more of them. */
const FAR_FROM_VOID = 128;

/** What a label map holds that is mostly no object. */
function doubtOf(labels: Uint16Array, isGrey: boolean): string | undefined {
  if (!labels.includes(0)) return "no pixel of its mask is 0, the background: every pixel is an object's";
  if (!isGrey || !labels.includes(VOID) || !isFarFromVoid(labels)) return undefined;
  return `its mask has labels up to ${largestBeside(labels)} and ${VOID}, an object like the others; make it 0 where it is a border`;
}

/** Whether there are labels beside it, none near it. */
function isFarFromVoid(labels: Uint16Array): boolean {
  const largest = largestBeside(labels);
  return largest > 0 && largest < FAR_FROM_VOID;
}

/** The largest label that is not `VOID`. */
function largestBeside(labels: Uint16Array): number {
  let largest = 0;
  for (const label of labels) if (label !== VOID && label > largest) largest = label;
  return largest;
}

/**
 * The indices of a palette are the labels, whatever its colours, unless colours are asked for. Programs that make palettes of
 * colours number them as they come, without gaps: one in which not 0 but another index is black, or clear, and is most of the
 * picture, was made of colours.
 */
function ofPalette(indices: Uint16Array, colours: readonly Colour[], path: string, isAsked: boolean): Uint16Array {
  const isBackground = (i: number) => {
    const [red, green, blue, opacity] = colours[i] ?? [0, 0, 0, 255];
    return opacity === 0 || (red === 0 && green === 0 && blue === 0);
  };
  if (isAsked) {
    const first = new Map<string, number>();
    const label = colours.map((colour, i) => {
      if (isBackground(i)) return 0;
      const key = colour.slice(0, 3).join();
      if (!first.has(key)) first.set(key, first.size + 1);
      return first.get(key) as number;
    });
    return indices.map((index) => label[index] ?? 0);
  }
  const counts = new Map<number, number>();
  for (const index of indices) counts.set(index, (counts.get(index) ?? 0) + 1);
  const [[most = 0] = []] = [...counts].sort((a, b) => b[1] - a[1]);
  const dark = [...counts.keys()].filter(isBackground);
  const isDense = Math.max(...counts.keys()) === counts.size - 1;
  if (!isDense || dark.length !== 1 || dark[0] !== most || isBackground(0)) return indices;
  throw new DataError('DATA_MASK', `${path} has its background at index ${most} of its palette, not at 0`, {
    remedy: `if every colour is an object and black is background, give --mask-colours; else ${AS_LABEL_MAP}`,
  });
}

async function decode(path: string): Promise<Decoded> {
  const start = await readBytes(path, 0, HEAD_BYTES);
  if (isPng(start)) {
    const bytes = await readFile(path);
    const frames = pngFrames(bytes);
    if (frames > 1) throw noLabelMap(path, `is an animated PNG of ${frames} frames, a label map has one`);
    try {
      return await readPngSamples(bytes);
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }
  // Libraries bring a lossy file to pixels like any other; its values are no longer those that were written.
  if (start[0] === 0xff && start[1] === 0xd8) throw noLabelMap(path, 'is a JPEG, which changes values');
  const text = start.toString('latin1');
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
    const { colours, isLossy, images = 1 } = await tiffTags(path);
    if (images > 1) throw noLabelMap(path, `is ImageJ's stack of ${images} images, a label map has one`);
    if (isLossy) throw noLabelMap(path, 'is a TIFF with lossy compression, which changes values');
    if (colours !== undefined) throw noLabelMap(path, `is a TIFF of ${colours}`);
  } else if (metadata.format !== 'webp') throw noLabelMap(path, `is a ${metadata.format}`);
  try {
    return await storedSamples(sharp(path, { ignoreIcc: true, failOn: 'error' }), metadata);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Undefined for a picture of colours. */
function labelsOf(stored: Samples, path: string): Uint16Array | undefined {
  const { width, height, channels, samples } = stored;
  const channel = labelChannel(stored);
  if (channel === undefined) return undefined;
  const labels = new Uint16Array(width * height);
  const isClear = clearPixels(stored);
  for (let i = 0; i < labels.length; i++) {
    const label = samples[i * channels + channel] as number;
    if (!(label >= 0 && label < 2 ** 16 && Number.isInteger(label))) {
      throw noLabelMap(path, `has the value ${label}, labels are whole numbers from 0 to 65535`);
    }
    labels[i] = isClear(i) ? 0 : label;
  }
  return labels;
}

/** The channel that has the labels: the only one that is not empty, or the first of three that are the same. */
function labelChannel({ channels, samples }: Samples): number | undefined {
  if (channels < 3) return 0;
  const isUsed = [false, false, false];
  let areSame = true;
  for (let at = 0; at < samples.length; at += channels) {
    const [red, green, blue] = [samples[at], samples[at + 1], samples[at + 2]];
    isUsed[0] ||= red !== 0;
    isUsed[1] ||= green !== 0;
    isUsed[2] ||= blue !== 0;
    areSame &&= green === red && blue === red;
    if (!areSame && isUsed.filter(Boolean).length > 1) return undefined;
  }
  return areSame ? 0 : isUsed.indexOf(true);
}

/** Labels of 32 bits above 65535, as programs give that number cells through a whole experiment, in their order from 1. */
function renumbered(stored: Samples): { readonly stored: Samples; readonly note?: string } {
  const { channels, samples } = stored;
  if (channels !== 1 || !(samples instanceof Float64Array)) return { stored };
  const largest = samples.reduce((most, value) => Math.max(most, value), 0);
  if (!(largest >= 2 ** 16)) return { stored };
  const labels = [...new Set(samples)].sort((a, b) => a - b);
  if (labels.length >= 2 ** 16 || !labels.every((label) => label >= 0 && Number.isInteger(label))) return { stored };
  const numbers = new Map(labels.filter((label) => label > 0).map((label, i) => [label, i + 1]));
  return {
    stored: { ...stored, samples: samples.map((label) => numbers.get(label) ?? 0) },
    note: `its mask has labels up to ${largest}, which are counted from 1`,
  };
}

/** Whether a pixel is transparent, in a picture that is not transparent all over, as some programs leave it. */
function clearPixels({ width, height, channels, samples }: Samples): (pixel: number) => boolean {
  if (channels % 2 === 1) return () => false;
  const isClear = (pixel: number) => samples[(pixel + 1) * channels - 1] === 0;
  for (let pixel = 0; pixel < width * height; pixel++) if (!isClear(pixel)) return isClear;
  return () => false;
}

/** In order of the colours; black and what is transparent are 0. */
function labelsOfColours({ width, height, channels, samples }: Samples, path: string, isAsked: boolean): Uint16Array {
  if (!isAsked) {
    throw new DataError('DATA_MASK', `${path} is a colour picture: it is no label map`, {
      remedy: `if every colour is an object and black is background, give --mask-colours; else ${AS_LABEL_MAP}`,
    });
  }
  const colours = new Float64Array(width * height);
  for (let i = 0; i < colours.length; i++) {
    const at = i * channels;
    const isClear = channels === 4 && samples[at + 3] === 0;
    const [red = 0, green = 0, blue = 0] = [samples[at], samples[at + 1], samples[at + 2]];
    colours[i] = isClear ? 0 : (red * 2 ** 16 + green) * 2 ** 16 + blue;
  }
  const different = [...new Set(colours)].filter((colour) => colour > 0).sort((a, b) => a - b);
  if (different.length >= 2 ** 16) throw noLabelMap(path, `has ${different.length} colours`);
  const label = new Map(different.map((colour, i) => [colour, i + 1]));
  return Uint16Array.from(colours, (colour) => label.get(colour) ?? 0);
}

/** By so much of a file its kind is told. */
const HEAD_BYTES = 64;

const AS_LABEL_MAP =
  'save the labels as a grey PNG of 8 or 16 bits: 0 is background, every object has one value of its own';

const noLabelMap = (path: string, what: string) =>
  new DataError('DATA_MASK', `${path} ${what}: it is no label map`, { remedy: AS_LABEL_MAP });
