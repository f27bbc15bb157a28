import { join, posix } from 'node:path';
import type { DataError } from '../../errors.js';
import {
  filesIn,
  filesUnder,
  foldersIn,
  imageName,
  isImageFile,
  isOtherImageFile,
  unpaired,
  unreadKind,
} from './data-files.js';
import type { Split } from './dataset-format.js';
import { createMaskOwners } from './mask-names.js';
import { AS_MASKS, pairFiles } from './paired-files.js';
import { splitIn, splitOf } from './splits.js';

/** An image and the pictures that show one of its objects each; paths inside the data set's folder. */
export interface ImageOfMasks {
  readonly name: string;
  readonly split: Split;
  readonly file: string;
  readonly masks: readonly string[];
}

export interface ObjectMaskFiles {
  readonly images: readonly ImageOfMasks[];
  readonly faults: readonly DataError[];
}

/**
 * The images of a folder that keeps a mask an object: a folder an image (`<id>/images/<id>.png` and `<id>/masks/…`, as the
 * Data Science Bowl has it), or `images/<stem>.png` with `masks/<stem>/…` or `masks/<stem>_<number>.png`; in the folder
 * itself or in those inside it that are called after a split. Undefined for a folder that is laid out otherwise, label maps
 * of the images' names among it.
 */
export async function findObjectMasks(folder: string): Promise<ObjectMaskFiles | undefined> {
  const found: ObjectMaskFiles[] = [];
  for (const part of await splitFolders(folder)) {
    const own = (await masksByName(folder, part)) ?? (await foldersOfImages(folder, part));
    if (own !== undefined) found.push(own);
  }
  if (!found.some(({ images }) => images.some(({ masks }) => masks.length > 0))) return undefined;
  return { images: found.flatMap(({ images }) => images), faults: found.flatMap(({ faults }) => faults) };
}

/** The folder itself, `.`, and those in it that are called after a split. */
export const splitFolders = async (folder: string): Promise<readonly string[]> =>
  (await foldersIn(folder)).filter((part) => part === '.' || splitIn(part) !== undefined);

/**
 * The masks of every image, in a folder of its name or under it with a number, and those of no image; undefined where the files
 * are one a picture and called as label maps are.
 * @param files of images, and of masks
 */
function masksOfImages(files: readonly string[], masks: readonly string[]) {
  const own = new Map<string, string[]>(files.map((file) => [imageName(file), []]));
  if (masks.some((mask) => own.has(imageName(mask)))) return undefined;
  const owners = createMaskOwners([...own.keys()]);
  if (!masks.some((mask) => owners.of(mask) !== undefined)) return undefined;
  const lonely = masks.filter((mask) => {
    const owner = owners.of(mask) ?? owners.ofFirst(mask);
    if (owner !== undefined) own.get(owner)?.push(mask);
    return owner === undefined;
  });
  const isOneEach = [...own.values()].every((found) => found.length <= 1);
  return isOneEach && pairFiles(files, masks, AS_MASKS).size > 0 ? undefined : { own, lonely };
}

async function masksByName(folder: string, part: string): Promise<ObjectMaskFiles | undefined> {
  const [images, files] = [
    (await filesUnder(join(folder, part, 'images'))).filter(isImageFile),
    await filesUnder(join(folder, part, 'masks')),
  ];
  // A folder may be called as the picture is, with its ending.
  const folders = new Set(files.map((file) => posix.dirname(file)));
  const masks = files.filter((file) => isImageFile(file) && !folders.has(file));
  const found = masksOfImages(images, masks);
  if (found === undefined) return undefined;
  const { own, lonely } = found;
  const faults = lonely.map((mask) => unpaired(join(folder, part, 'masks', mask), 'is of no image', 'add its image'));
  faults.push(...files.filter(isOtherImageFile).map((file) => unreadKind(join(folder, part, 'masks', file))));
  const isThere = (name: string) => files.includes(name);
  return {
    images: images.flatMap((file): ImageOfMasks[] => {
      const name = imageName(file);
      const ownMasks = (own.get(name) ?? []).map((mask) => posix.join(part, 'masks', mask));
      if (ownMasks.length === 0 && !isThere(name)) {
        faults.push(unpaired(join(folder, part, 'images', file), 'has no masks', 'add them'));
        return [];
      }
      const split = splitOf(name, part, posix.dirname(name));
      return [{ name: posix.join(part, name), split, file: posix.join(part, 'images', file), masks: ownMasks }];
    }),
    faults,
  };
}

async function foldersOfImages(folder: string, part: string): Promise<ObjectMaskFiles | undefined> {
  const images: ImageOfMasks[] = [];
  const faults: DataError[] = [];
  for (const name of (await foldersIn(join(folder, part))).slice(1)) {
    const place = posix.join(part, name);
    const inside = await filesIn(join(folder, place));
    if (!inside.includes('images') && !inside.includes('masks')) continue;
    const files = (await filesIn(join(folder, place, 'images'))).filter(isImageFile);
    const beside = await filesUnder(join(folder, place, 'masks'));
    const masks = beside.filter((file) => isImageFile(file) && posix.dirname(file) === '.');
    const [file, ...others] = files;
    const stem = imageName(file ?? name);
    // A set of its own that happens to have few images.
    if (stem !== name && masks.some((mask) => imageName(mask) === stem)) return undefined;
    if (masksOfImages(files, beside.filter(isImageFile)) !== undefined) return undefined;
    faults.push(...beside.filter(isOtherImageFile).map((mask) => unreadKind(join(folder, place, 'masks', mask))));
    if (file === undefined || others.length > 0) {
      const what = `has ${files.length} images, its masks are of one`;
      faults.push(unpaired(join(folder, place, 'images'), what, 'keep one image in it'));
    } else if (!inside.includes('masks')) {
      faults.push(unpaired(join(folder, place), 'has no folder masks', 'add it'));
    } else {
      const split = splitOf(name, part);
      const inMasks = masks.map((mask) => posix.join(place, 'masks', mask));
      images.push({ name: place, split, file: posix.join(place, 'images', file), masks: inMasks });
    }
  }
  return images.length === 0 && faults.length === 0 ? undefined : { images, faults };
}
