import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { DataError } from '../../errors.js';
import type { LabelledObject } from './labelled-image.js';
import type { ImageSize } from './read-picture.js';
import { objectOfRuns, type Runs } from './run-lengths.js';

/** What an annotation says of one object, not read yet. */
export interface ObjectSource {
  /** The annotation's own number or text, if it has one. */
  readonly id?: unknown;
  /**
   * Undefined for what is meant to be no single object, which is passed over. Throws `DataError` that completes "an
   * annotation …" for what is no mask of such an image.
   */
  mask(): Promise<ObjectMask | undefined>;
}

export interface ObjectMask {
  readonly runs: Runs;
  /** Parts of the mask that are none, of a mask of which others are. */
  readonly strays?: number;
}

/** The objects of one image, and what of its annotations cannot be used: one error a kind, with the number and the first. */
export interface ReadObjects {
  readonly objects: readonly LabelledObject[];
  readonly leftOut: readonly DataError[];
}

/** Milliseconds of work between two turns of the event loop. */
const TURN_MS = 100;

/**
 * Reads the annotations of one image. One that cannot be used costs itself alone.
 * @param label names the file and the image in what is said of them
 */
export async function readObjects(
  sources: readonly ObjectSource[],
  size: ImageSize,
  label: string,
): Promise<ReadObjects> {
  const objects: LabelledObject[] = [];
  const ids = new Set<number>();
  const twins = new Map<string, LabelledObject[]>();
  const wrong = new Map<string, { count: number; first: string; code: string }>();
  let turn = performance.now();
  for (const [position, { id, mask }] of sources.entries()) {
    if (performance.now() - turn > TURN_MS) {
      await setImmediate();
      turn = performance.now();
    }
    const leaveOut = (what: string, code: string) => {
      const known = wrong.get(what);
      const first = id === undefined ? `number ${position + 1}` : `id ${JSON.stringify(id)}`;
      if (known === undefined) wrong.set(what, { count: 1, first, code });
      else known.count++;
    };
    try {
      const read = await mask();
      if (read === undefined) continue;
      const { runs, strays = 0 } = read;
      if (strays > 0) leaveOut('has a part that is no polygon of three corners', 'DATA_ANNOTATION');
      const object = objectOfRuns(objectId(id, position, ids), runs, size.height);
      if (object === undefined) {
        leaveOut('covers no pixel of its image', 'DATA_ANNOTATION');
        continue;
      }
      // Exports that were merged hold objects twice, which would be trained on and counted twice.
      const alike = twins.get(`${object.box}`) ?? [];
      if (alike.some((other) => isSameRegion(other, object))) {
        leaveOut('is the very region of another one', 'DATA_ANNOTATION');
        continue;
      }
      twins.set(`${object.box}`, [...alike, object]);
      objects.push(object);
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

/** Of two objects of one box. */
const isSameRegion = (a: LabelledObject, b: LabelledObject): boolean =>
  a.area === b.area && a.mask.every((bits, i) => bits === b.mask[i]);

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

/** What is wrong with an annotation, as the end of a sentence that begins with it. */
export const noMask = (what: string, code = 'DATA_ANNOTATION'): DataError =>
  new DataError(code, what, { remedy: 'export the annotations again' });
