import { join } from 'node:path';
import type { DataError } from '../../errors.js';
import { imageName, isImageFile, withoutOther } from './data-files.js';

/** What programs add to an image's name for its mask, and to that of the image beside one. */
const ADDED_TO_MASK =
  /[_-](?:cp_)?(?:masks?|seg|segmentation|labels?|lbl|gt|instances?|(?:instance|label)_?ids|annotations?|manual)(?:[_-]?\d+)?$/;
const BEFORE_MASK = /^(?:masks?|seg|labels?|gt)[_-]/;
const ADDED_TO_IMAGE = /[_-](?:images?|img|raw|rgb)$/;
const BEFORE_IMAGE = /^(?:images?|img|raw|rgb)[_-]/;

/** A name as two systems agree on it: one keeps accents as signs of their own, one takes large and small letters for the same. */
export const folded = (name: string): string => name.normalize('NFC').toLowerCase();

/** The image's name in small letters that is in a mask's. */
export const ofMask = (name: string): string =>
  inLast(bare(name), (last) => last.replace(ADDED_TO_MASK, '').replace(BEFORE_MASK, ''));

const ofImage = (name: string): string =>
  inLast(bare(name), (last) => last.replace(ADDED_TO_IMAGE, '').replace(BEFORE_IMAGE, ''));

/** Without an ending of a picture that stands before the last one, and OME's. */
const bare = (name: string): string => folded(isImageFile(name) ? imageName(name) : name).replace(/\.ome$/, '');

function inLast(path: string, change: (name: string) => string): string {
  const end = path.lastIndexOf('/') + 1;
  return path.slice(0, end) + change(path.slice(end));
}

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
