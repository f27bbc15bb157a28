import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { DataError } from '../../errors.js';
import type { LabelledObject } from './labelled-image.js';
import { polygonRuns } from './polygon-runs.js';
import { objectOfRuns, type Runs, runsOfLengths, uniteRuns, unpackRunLengths } from './run-lengths.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The objects of one image, and what of its annotations cannot be used: one error a kind, with the number and the first. */
export interface ReadAnnotations {
  readonly objects: readonly LabelledObject[];
  readonly leftOut: readonly DataError[];
}

/** Milliseconds of work between two turns of the event loop. */
const TURN_MS = 100;

/**
 * Reads annotations as COCO and SA-1B write them and tools garble them: masks are polygons, run lengths, or run lengths
 * packed into a text. An annotation that cannot be used costs itself alone. Crowds are regions of many objects, none of
 * which can be asked for: they are passed over.
 * @param label names the file and the image in what is said of them
 */
export async function readAnnotations(
  annotations: readonly unknown[],
  size: Size,
  label: string,
): Promise<ReadAnnotations> {
  const objects: LabelledObject[] = [];
  const ids = new Set<number>();
  const wrong = new Map<string, { count: number; first: string; code: string }>();
  let turn = performance.now();
  for (const [position, annotation] of annotations.entries()) {
    if (performance.now() - turn > TURN_MS) {
      await setImmediate();
      turn = performance.now();
    }
    const entry: { readonly [member: string]: unknown } = isRecord(annotation) ? annotation : {};
    const name = entry['id'] === undefined ? `number ${position + 1}` : `id ${JSON.stringify(entry['id'])}`;
    const leaveOut = (what: string, code: string) => {
      const known = wrong.get(what);
      if (known === undefined) wrong.set(what, { count: 1, first: name, code });
      else known.count++;
    };
    if (isCrowd(entry['iscrowd'])) continue;
    try {
      const { runs, strays } = await maskRuns(entry['segmentation'], size);
      if (strays > 0) leaveOut('has a part that is no polygon of three corners', 'DATA_ANNOTATION');
      const object = objectOfRuns(objectId(entry['id'], position, ids), runs, size.height);
      if (object === undefined) leaveOut('covers no pixel of its image', 'DATA_ANNOTATION');
      else objects.push(object);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      leaveOut(error.message, error.code);
    }
  }
  const leftOut = [...wrong].map(([what, { count, first, code }]) => {
    const who = count === 1 ? 'an annotation' : `${count} annotations, the first`;
    return new DataError(code, `${label}: ${who} (${first}) ${what}`, {
      remedy: 'export the annotations again, or go on without them',
    });
  });
  return { objects: objects.sort((a, b) => a.id - b.id), leftOut };
}

/** The object of a mask; undefined for one without pixels. Throws `DataError` for what is no mask of such an image. */
export const cocoObject = async (id: number, mask: unknown, size: Size): Promise<LabelledObject | undefined> =>
  objectOfRuns(id, (await maskRuns(mask, size)).runs, size.height);

async function maskRuns(mask: unknown, { width, height }: Size): Promise<{ runs: Runs; strays: number }> {
  if (mask === undefined || mask === null || (Array.isArray(mask) && mask.length === 0)) throw fault('has no mask');
  if (Array.isArray(mask)) {
    const polygons = polygonsOf(mask);
    const good = polygons.filter((polygon) => polygon.length >= 6 && polygon.length % 2 === 0);
    if (good.length === 0) throw fault(`has no polygon of three corners, but one of ${polygons[0]?.length} numbers`);
    const parts: Runs[] = [];
    for (const polygon of good) parts.push(await polygonRuns(polygon, width, height));
    return { runs: uniteRuns(parts), strays: polygons.length - good.length };
  }
  const { size, counts } = isRecord(mask) ? mask : {};
  if (!isNumbers(size) || size.length !== 2 || !(typeof counts === 'string' || isNumbers(counts))) {
    throw fault('has something that is neither polygons nor run lengths');
  }
  const [rows = 0, columns = 0] = size;
  if (rows !== height || columns !== width) {
    throw fault(`has a mask of ${columns}x${rows}, its image is ${width}x${height}`, 'DATA_SIZE');
  }
  const lengths = typeof counts === 'string' ? unpackRunLengths(counts) : counts;
  return { runs: runsOfLengths(lengths, width, height), strays: 0 };
}

/** A list of polygons; one polygon alone, or one as a list of points, where a tool left a bracket out or put one in. */
function polygonsOf(mask: readonly unknown[]): readonly (readonly number[])[] {
  if (isNumbers(mask)) return [mask];
  if (!mask.every(isNumbers)) throw fault('has a polygon that is no list of numbers');
  if (mask.length >= 3 && mask.every((point) => point.length === 2)) return [mask.flat()];
  return mask;
}

/** Annotation tools write a truth value, too. */
const isCrowd = (value: unknown): boolean => value === 1 || value === true || value === '1';

/** A number of the object's own, unique in the image: the annotation's, or one made of its text. */
function objectId(id: unknown, position: number, taken: Set<number>): number {
  for (let attempt = 0; ; attempt++) {
    const own = Number.isSafeInteger(id) && attempt === 0 ? (id as number) : hashed(`${JSON.stringify(id)} ${attempt}`);
    const unique = id === undefined || id === null ? position + 1 + attempt : own;
    if (taken.has(unique)) continue;
    taken.add(unique);
    return unique;
  }
}

const hashed = (text: string): number => createHash('sha256').update(text).digest().readUIntBE(0, 6);

const isRecord = (value: unknown): value is { readonly [member: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

const fault = (what: string, code = 'DATA_ANNOTATION') =>
  new DataError(code, what, { remedy: 'export the annotations again' });
