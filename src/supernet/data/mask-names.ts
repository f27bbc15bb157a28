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

/** What programs call one object of several. */
const OBJECT =
  '(?:masks?|inst(?:ance)?s?|obj(?:ect)?s?|seg(?:ment(?:ation)?)?s?|labels?|cells?|nucle(?:us|i)|roi|ann(?:otation)?s?|gt)';
/** What follows an image's name in that of one of its masks: `_3`, `-12`, `_mask_0`, `_mask0`, ` (2)`, `.1`, `_0_mask`. */
const NUMBERED = new RegExp(`^(?:[_.-]?${OBJECT})?(?:[_.-]?\\d+| ?\\(\\d+\\))(?:[_.-]${OBJECT})?$`);
/** What goes before it: `mask_`, and a number where none follows. */
const BEFORE = new RegExp(`^${OBJECT}[_-]`);
const BEFORE_WITH_NUMBER = new RegExp(`^${OBJECT}[_-]?\\d+[_-]$`);
const SEPARATED = /^[ _.-]/;
const FIRST = /[_-]mask$/i;

/**
 * Finds the image of a mask that shows one of its objects: by the mask's folder, which is called after the image, or by its own
 * name, the image's with a number. Of two images that may be meant it is the one of the longer name.
 * @param images their names, without endings
 */
export function createMaskOwners(images: readonly string[]): {
  of(mask: string): string | undefined;
  /** Of one without a number, `a_mask`, beside others with one. */
  ofFirst(mask: string): string | undefined;
} {
  const exact = new Set(images);
  const byFolded = new Map<string, string | undefined>();
  for (const image of images) byFolded.set(folded(image), byFolded.has(folded(image)) ? undefined : image);
  const named = (name: string): string | undefined => (exact.has(name) ? name : byFolded.get(folded(name)));
  const numbered = (path: string): string | undefined => {
    const name = folded(imageName(path));
    for (const place of separators(name)) {
      const [own, rest] = [name.slice(0, place), name.slice(place)];
      const image = NUMBERED.test(rest)
        ? (named(imageName(path).slice(0, place)) ?? named(inLast(own, withoutWord)))
        : undefined;
      if (image !== undefined) return image;
    }
    const last = name.lastIndexOf('/') + 1;
    for (const place of separators(name.slice(last))) {
      const before = name.slice(last, last + place + 1);
      if (BEFORE_WITH_NUMBER.test(before)) {
        const image = named(name.slice(0, last) + name.slice(last + place + 1));
        if (image !== undefined) return image;
      }
    }
    return undefined;
  };
  return {
    of(mask) {
      const folder = mask.slice(0, Math.max(0, mask.lastIndexOf('/')));
      if (folder === '') return numbered(mask);
      return (
        named(folder) ??
        (isImageFile(folder) ? named(imageName(folder)) : undefined) ??
        named(ofMask(folder)) ??
        numbered(mask)
      );
    },
    ofFirst: (mask) => (FIRST.test(imageName(mask)) ? named(imageName(mask).replace(FIRST, '')) : undefined),
  };
}

const withoutWord = (name: string): string => name.replace(BEFORE, '');

/** Where a name may end and what is added begin, the last first. */
const separators = (name: string): number[] =>
  Array.from(name, (_, at) => at)
    .filter((at) => at > 0 && SEPARATED.test(name.slice(at)))
    .reverse();
