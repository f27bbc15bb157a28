import { DataError } from '../../errors.js';
import { createMask, type LabelledObject } from './labelled-image.js';

/**
 * COCO's run-length encoding: lengths of runs of background and object by turns, beginning with background, of the
 * pixels column after column.
 */
export type RunLengths = readonly number[];

/**
 * Lengths from the text that COCO packs them into: each in groups of five bits, the lowest first, one character a group
 * (code 48 upwards, 32 added where another group follows, the last group's top bit its sign); from the fourth length on
 * the difference to the last but one is stored.
 * @throws DataError for a text that is no such encoding
 */
export function unpackRunLengths(text: string): RunLengths {
  const lengths: number[] = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let weight = 1;
    let group: number;
    do {
      group = text.charCodeAt(at++) - 48;
      if (!(group >= 0 && group < 64) || weight > 2 ** 45) throw broken('has characters that encode no lengths');
      value += (group & 31) * weight;
      weight *= 32;
    } while ((group & 32) !== 0);
    if ((group & 16) !== 0) value -= weight;
    lengths.push(value + (lengths.length > 2 ? (lengths.at(-2) as number) : 0));
  }
  return lengths;
}

/** The object that the lengths describe; undefined for one without pixels. Throws `DataError` when they do not fill the image. */
export function objectOfRunLengths(
  id: number,
  lengths: RunLengths,
  width: number,
  height: number,
): LabelledObject | undefined {
  let [x0, y0, x1, y1, area] = [width, height, 0, 0, 0];
  const end = walk(lengths, (from, to) => {
    area += to - from;
    x0 = Math.min(x0, Math.floor(from / height));
    x1 = Math.max(x1, Math.floor((to - 1) / height) + 1);
    const oneColumn = Math.floor(from / height) === Math.floor((to - 1) / height);
    y0 = Math.min(y0, oneColumn ? from % height : 0);
    y1 = Math.max(y1, oneColumn ? ((to - 1) % height) + 1 : height);
  });
  if (end !== width * height) throw broken(`covers ${end} pixels, not the ${width} x ${height} of its image`);
  if (area === 0) return undefined;
  const box = [x0, y0, x1, y1] as const;
  const { mask, add } = createMask(box);
  walk(lengths, (from, to) => {
    for (let at = from; at < to; at++) add(Math.floor(at / height), at % height);
  });
  return { id, area, box, mask };
}

/** Calls back for every run of object pixels that is not empty; returns where the last run ends. */
function walk(lengths: RunLengths, visit: (from: number, to: number) => void): number {
  let at = 0;
  lengths.forEach((length, i) => {
    if (!Number.isSafeInteger(length) || length < 0) throw broken(`has a run of length ${length}`);
    if (i % 2 === 1 && length > 0 && at + length <= LARGEST_IMAGE) visit(at, at + length);
    at += length;
  });
  return at;
}

/** Pixels; a run beyond it belongs to no image and is found by the sum of the lengths. */
const LARGEST_IMAGE = 2 ** 31;

const broken = (what: string) =>
  new DataError('DATA_ANNOTATION', `a run-length encoding ${what}`, { remedy: 'export the annotations again' });
