import { imageName, isImageFile } from './data-files.js';

/** What programs add to an image's name for its mask, and to that of the image beside one. */
const ADDED_TO_MASK =
  /[_-](?:cp_)?(?:masks?|seg|segmentation|labels?|lbl|gt|instances?|(?:instance|label)_?ids|annotations?|manual)(?:[_-]?\d+)?$/;
const BEFORE_MASK = /^(?:masks?|seg|labels?|gt)[_-]/;
const ADDED_TO_IMAGE = /[_-](?:images?|img|raw|rgb)$/;
const BEFORE_IMAGE = /^(?:images?|img|raw|rgb)[_-]/;

/** A name as two systems agree on it: one keeps accents as signs of their own, one takes large and small letters for the same. */
export const folded = (name: string): string => name.normalize('NFC').toLowerCase();

/** The image's name in small letters that is in its mask's. */
export const ofMask = (name: string): string =>
  inLast(bare(name), (last) => last.replace(ADDED_TO_MASK, '').replace(BEFORE_MASK, ''));

/** The same of an image's own. */
export const ofImage = (name: string): string =>
  inLast(bare(name), (last) => last.replace(ADDED_TO_IMAGE, '').replace(BEFORE_IMAGE, ''));

/** Without an ending of a picture that stands before the last one, and OME's. */
const bare = (name: string): string => folded(isImageFile(name) ? imageName(name) : name).replace(/\.ome$/, '');

function inLast(path: string, change: (name: string) => string): string {
  const end = path.lastIndexOf('/') + 1;
  return path.slice(0, end) + change(path.slice(end));
}

/** What follows an image's name in that of one of its masks: `_3`, `-12`, `_mask_0`, `_mask0`; beside such, `_mask` alone. */
const NUMBERED = /^(.+?)(?:[_-]mask[_-]?|[_-])\d+$/i;
const FIRST = /^(.+?)[_-]mask$/i;

/** The image's name that is in the path of one of its masks; empty where none is. */
export const ofNumberedMask = (path: string): string => NUMBERED.exec(imageName(path))?.[1] ?? '';
export const ofFirstMask = (path: string): string => FIRST.exec(imageName(path))?.[1] ?? '';
