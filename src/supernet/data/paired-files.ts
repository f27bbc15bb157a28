import { join } from 'node:path';
import type { DataError } from '../../errors.js';
import { imageName, withoutOther } from './data-files.js';
import { folded, ofImage, ofMask } from './mask-names.js';

type Key = (path: string) => string;

/** A way in which a file may be named after an image: what is taken of each of the two names. */
type Way = readonly [image: Key, other: Key];

/** The surest first. */
const WAYS: readonly Way[] = [
  [(image) => image, (other) => other],
  [(image) => image, imageName],
  [imageName, imageName],
  [(image) => folded(imageName(image)), (other) => folded(imageName(other))],
  [folded, (other) => folded(imageName(other))],
];
/** As programs name masks. */
export const AS_MASKS: readonly Way[] = [
  [(image) => folded(imageName(image)), (other) => ofMask(imageName(other))],
  [(image) => ofImage(imageName(image)), (other) => ofMask(imageName(other))],
];

const nameAlone: Key = (path) => folded(imageName(path.slice(path.lastIndexOf('/') + 1)));
/** In whatever folder each lies. */
export const ANYWHERE: readonly Way[] = [[nameAlone, nameAlone]];

/**
 * Which of the others belongs to which image: of the same name but for the ending (`a.png` and `a.txt`, or `a.png.txt`), else of one
 * that is the same but for case; then by what else is given. By each way those are paired that are the only ones there, so that
 * a name that fits two is left over.
 */
export function pairFiles(
  images: readonly string[],
  others: readonly string[],
  more: readonly Way[] = [],
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const free = new Set(others);
  for (const [ofOne, ofOther] of [...WAYS, ...more]) {
    const left = images.filter((image) => !pairs.has(image));
    if (left.length === 0 || free.size === 0) break;
    const theirs = alone([...free], ofOther);
    for (const [key, image] of alone(left, ofOne)) {
      const other = theirs.get(key);
      if (other === undefined) continue;
      pairs.set(image, other);
      free.delete(other);
    }
  }
  return pairs;
}

/** The names by their keys, without those that have one together. */
function alone(names: readonly string[], keyOf: Key): ReadonlyMap<string, string> {
  const found = new Map<string, string | undefined>();
  for (const name of names) found.set(keyOf(name), found.has(keyOf(name)) ? undefined : name);
  return new Map([...found].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

export interface LeftOver {
  readonly images: readonly string[];
  readonly others: readonly string[];
}

/** What no pair has, of the images and of the others. */
export function leftOver(
  pairs: ReadonlyMap<string, string>,
  images: readonly string[],
  others: readonly string[],
): LeftOver {
  const taken = new Set(pairs.values());
  return {
    images: images.filter((image) => !pairs.has(image)),
    others: others.filter((other) => !taken.has(other)),
  };
}

/** What is said of these, whose paths are inside the two folders. */
export const lonelyFiles = (
  { images, others }: LeftOver,
  [ofImages, ofOthers]: readonly [ofImages: string, ofOthers: string],
  other: 'mask' | 'annotation',
): DataError[] => [
  ...images.map((file) => withoutOther(join(ofImages, file), other)),
  ...others.map((file) => withoutOther(join(ofOthers, file), 'image')),
];
