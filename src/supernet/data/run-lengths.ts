import { DataError } from '../../errors.js';
import { createMask, isInside, type LabelledObject } from './labelled-image.js';

/**
 * COCO's run-length encoding: lengths of runs of background and object by turns, beginning with background, of the
 * pixels column after column.
 */
export type RunLengths = readonly number[];

/** The object's pixels, column after column: where each of its runs begins and the place after its end, in order. */
export type Runs = readonly number[];

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
      if (!(group >= 0 && group < 64) || weight > 2 ** 45)
        throw broken('hold other characters than lengths are written in');
      value += (group & 31) * weight;
      weight *= 32;
    } while ((group & 32) !== 0);
    if ((group & 16) !== 0) value -= weight;
    lengths.push(value + (lengths.length > 2 ? (lengths.at(-2) as number) : 0));
  }
  return lengths;
}

/** The text that `unpackRunLengths` reads: COCO's compressed `counts`. */
export function packRunLengths(lengths: RunLengths): string {
  let text = '';
  lengths.forEach((length, i) => {
    let value = i > 2 ? length - (lengths[i - 2] as number) : length;
    for (;;) {
      const group = value & 31;
      value >>= 5;
      // The group's own top bit already says the sign of what is left.
      const isLast = (group & 16) !== 0 ? value === -1 : value === 0;
      text += String.fromCharCode(48 + group + (isLast ? 0 : 32));
      if (isLast) break;
    }
  });
  return text;
}

/** The lengths of an object's runs in an image of this size. */
export function lengthsOfObject(object: LabelledObject, width: number, height: number): RunLengths {
  const [x0, y0, x1, y1] = object.box;
  const lengths: number[] = [];
  let end = 0;
  for (let x = x0; x < x1; x++) {
    for (let y = y0; y < y1; y++) {
      if (!isInside(object, x, y)) continue;
      const at = x * height + y;
      // A run may go on from the foot of one column at the head of the next.
      if (lengths.length > 0 && at === end) lengths.push((lengths.pop() as number) + 1);
      else lengths.push(at - end, 1);
      end = at + 1;
    }
  }
  return end < width * height ? [...lengths, width * height - end] : lengths;
}

/** The runs that the lengths describe. Throws `DataError` when they do not fill the image. */
export function runsOfLengths(lengths: RunLengths, width: number, height: number): Runs {
  const runs: number[] = [];
  let at = 0;
  lengths.forEach((length, i) => {
    if (!Number.isSafeInteger(length) || length < 0) throw broken(`have one of ${length}`);
    if (i % 2 === 1 && length > 0) runs.push(at, at + length);
    at += length;
  });
  if (at !== width * height) throw broken(`cover ${at} pixels, not the ${width} x ${height} of its image`);
  return runs;
}

/** What any of the parts covers. */
export function uniteRuns(parts: readonly Runs[]): Runs {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const pairs = parts.flatMap((runs) =>
    Array.from({ length: runs.length / 2 }, (_, i) => [runs[2 * i] as number, runs[2 * i + 1] as number] as const),
  );
  pairs.sort(([a], [b]) => a - b);
  const united: number[] = [];
  for (const [from, to] of pairs) {
    const end = united.length - 1;
    if (united.length > 0 && from <= (united[end] as number)) united[end] = Math.max(united[end] as number, to);
    else united.push(from, to);
  }
  return united;
}

/** What the first cover and the second do not. */
export function subtractRuns(runs: Runs, holes: Runs): Runs {
  const rest: number[] = [];
  let next = 0;
  for (let i = 0; i < runs.length; i += 2) {
    let from = runs[i] as number;
    const to = runs[i + 1] as number;
    while (next < holes.length && (holes[next + 1] as number) <= from) next += 2;
    for (let hole = next; hole < holes.length && (holes[hole] as number) < to; hole += 2) {
      if ((holes[hole] as number) > from) rest.push(from, holes[hole] as number);
      from = Math.max(from, holes[hole + 1] as number);
    }
    if (from < to) rest.push(from, to);
  }
  return rest;
}

/** The object that covers the runs of an image of this height; undefined for one without pixels. */
export function objectOfRuns(id: number, runs: Runs, height: number): LabelledObject | undefined {
  let [x0, y0, x1, y1, area] = [Infinity, height, 0, 0, 0];
  for (let i = 0; i < runs.length; i += 2) {
    const [from, to] = [runs[i] as number, (runs[i + 1] as number) - 1];
    const [first, last] = [Math.floor(from / height), Math.floor(to / height)];
    area += to + 1 - from;
    x0 = Math.min(x0, first);
    x1 = Math.max(x1, last + 1);
    y0 = Math.min(y0, first === last ? from % height : 0);
    y1 = Math.max(y1, first === last ? (to % height) + 1 : height);
  }
  if (area === 0) return undefined;
  const box = [x0, y0, x1, y1] as const;
  const { mask, add } = createMask(box);
  for (let i = 0; i < runs.length; i += 2) {
    for (let at = runs[i] as number; at < (runs[i + 1] as number); at++) add(Math.floor(at / height), at % height);
  }
  return { id, area, box, mask };
}

const broken = (what: string) =>
  new DataError('DATA_ANNOTATION', `has run lengths that ${what}`, { remedy: 'export the annotations again' });
