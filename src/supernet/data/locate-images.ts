import { join, posix } from 'node:path';
import { isFile } from '../../base/files.js';
import { DataError } from '../../errors.js';
import { decoded, filesUnder, imageName, isImageFile, isOtherImageFile, missing, pathInside } from './data-files.js';
import type { DatasetItem, Listing, Split } from './dataset-format.js';
import { folded } from './mask-names.js';
import { splitIn } from './splits.js';

/** An image that an annotation file names. */
export interface LocatedImage {
  /** Inside the data set's folder. */
  readonly file: string;
  /** Its path without its ending: as it is named, or, where that leads nowhere, as it is. */
  readonly name: string;
}

interface LocatedImages {
  /** In the order of the names. */
  readonly images: readonly (LocatedImage | DataError)[];
  /** Which are read under other names than they are given, if some are. */
  readonly notes: readonly string[];
}

/**
 * Lists the images that an annotation file names, each in the first of the folders that has it, inside the data set's folder. Where
 * a name leads nowhere (a path of another machine, an address, another case, another ending), the one picture of the folders is
 * taken that it fits and that no other name means, none of another split; it is said. Those that are not found are faults.
 * @param named for each image the names that it may have, the likeliest first
 * @param by the file that names them
 * @param itemOf what is made of the image at that position
 */
export async function listLocated(
  folder: string,
  imageFolders: readonly string[],
  named: readonly (readonly string[])[],
  by: string,
  itemOf: (image: LocatedImage, position: number) => DatasetItem,
): Promise<Listing> {
  const { images, notes } = await locateImages(folder, imageFolders, named, by);
  return {
    items: images.flatMap((image, i) => (image instanceof DataError ? [] : [itemOf(image, i)])),
    faults: images.filter((image) => image instanceof DataError),
    notes,
  };
}

async function locateImages(
  folder: string,
  imageFolders: readonly string[],
  named: readonly (readonly string[])[],
  by: string,
): Promise<LocatedImages> {
  const images: (LocatedImage | DataError)[] = [];
  for (const names of named) images.push(await atItsName(folder, imageFolders, names, by));
  if (images.every((image) => !(image instanceof DataError))) return { images, notes: [] };
  const taken = new Set(images.flatMap((image) => (image instanceof DataError ? [] : [image.file])));
  const pictures = await picturesIn(folder, imageFolders);
  const fitting = createFitting([...pictures.keys()]);
  const splitOfAll = splitIn(by.slice(folder.length));
  const fits = images.map((image, i) => {
    if (!(image instanceof DataError)) return [];
    const split = splitIn(named[i]?.[0] ?? '') ?? splitOfAll;
    const isOfAnother = (own: Split | undefined) => own !== undefined && split !== undefined && own !== split;
    return fitting(named[i] ?? []).filter((file) => !isOfAnother(splitIn(posix.dirname(file))));
  });
  const wanted = new Map([...taken].map((file) => [file, 1]));
  for (const [file, ...more] of fits) {
    if (file !== undefined && more.length === 0) wanted.set(file, (wanted.get(file) ?? 0) + 1);
  }
  const renamed: string[] = [];
  const found = images.map((image, i) => {
    const [file, other] = fits[i] ?? [];
    if (file === undefined) return image;
    const name = (named[i]?.[0] ?? '').trim();
    if (other !== undefined) return unclear(`${by} lists "${name}", which could be ${file} or ${other}`);
    if ((wanted.get(file) ?? 0) > 1)
      return unclear(`${by} lists "${name}", which could be ${file}, but another name means it, too`);
    renamed.push(`"${name}" is ${file}`);
    return { file, name: imageName(pictures.get(file) ?? file) };
  });
  const what = renamed.length === 1 ? 'one image' : `${renamed.length} images`;
  const first = renamed.length === 1 ? '' : 'the first: ';
  return {
    images: found,
    notes: renamed.length === 0 ? [] : [`${by} names ${what} in other words (${first}${renamed[0]})`],
  };
}

const unclear = (message: string): DataError =>
  new DataError('DATA_MISSING', message, { remedy: 'name every image by its path inside the folder' });

async function atItsName(
  folder: string,
  imageFolders: readonly string[],
  names: readonly string[],
  by: string,
): Promise<LocatedImage | DataError> {
  const outside: DataError[] = [];
  for (const own of names) {
    try {
      const name = imageName(pathInside(own, by));
      for (const inside of new Set([pathInside(own, by), pathInside(decoded(own), by)])) {
        for (const place of imageFolders) {
          const file = posix.join(place, inside);
          if (await isFile(join(folder, file))) return { file, name };
        }
      }
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      outside.push(error);
    }
  }
  if (outside[0] !== undefined && outside.length === names.length) return outside[0];
  return missing(`${by} lists "${names[0]}", which is in none of ${[...new Set(imageFolders)].join(', ')}`);
}

/** Folders of pictures that are no images. */
const NO_IMAGES = /(^|\/)(masks?|labels?|annotations?|ann|gt|segmentation\w*)(\/|$)/i;

/** The pictures under the folders, each with its path inside the innermost of these. */
async function picturesIn(folder: string, imageFolders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const innermost = [...new Set(imageFolders)].sort((a, b) => depthOf(b) - depthOf(a));
  for (const place of innermost) {
    for (const path of await filesUnder(join(folder, place))) {
      const file = posix.join(place, path);
      if (!isImageFile(file) || NO_IMAGES.test(posix.dirname(file)) || found.has(file)) continue;
      if (await isFile(join(folder, file))) found.set(file, path);
    }
  }
  return found;
}

const depthOf = (place: string): number => (place === '.' ? 0 : place.split('/').length);

/** Those of the files that one of an image's names fits best: of its own name, else of that with another ending; in the same folders. */
function createFitting(files: readonly string[]): (names: readonly string[]) => readonly string[] {
  const [byName, byStem] = [new Map<string, string[]>(), new Map<string, string[]>()];
  const add = (index: Map<string, string[]>, key: string, file: string) => {
    const own = index.get(key);
    if (own === undefined) index.set(key, [file]);
    else own.push(file);
  };
  for (const file of files) {
    const own = lastOf(folded(file));
    add(byName, own, file);
    add(byStem, imageName(own), file);
  }
  return (names) => {
    for (const name of names.map(plain)) {
      const own = lastOf(name);
      const stem = isImageFile(own) || isOtherImageFile(own) ? imageName(own) : own;
      const found = byName.get(own) ?? byStem.get(stem) ?? [];
      const shared = found.map((file) => sharedParts(imageName(folded(file)), imageName(name)));
      const most = Math.max(...shared);
      if (found.length > 0) return found.filter((_, i) => shared[i] === most);
    }
    return [];
  };
}

/** Without what stands around the path in an address, in small letters, with `/` between. */
function plain(name: string): string {
  const address = /^\s*[a-z][\w+.-]+:\/\//i.test(name);
  const path = address ? name.replace(/[?#].*$/s, '') : name;
  return folded(decoded(path).replaceAll('\\', '/').trim());
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** How many folders above it the two paths have in common. */
function sharedParts(one: string, other: string): number {
  const [ours, theirs] = [one.split('/').reverse().slice(1), other.split('/').reverse().slice(1)];
  let shared = 0;
  while (shared < ours.length && ours[shared] === theirs[shared]) shared++;
  return shared;
}
