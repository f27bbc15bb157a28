import { join, posix } from 'node:path';
import { z } from 'zod';
import { whatIsWrong } from '../../../base/schema-issues.js';
import { inTurns } from '../../../base/turns.js';
import { DataError } from '../../../errors.js';
import {
  digestFiles,
  filesIn,
  filesUnder,
  imageName,
  isFile,
  isImageFile,
  isOtherImageFile,
  pathInside,
  readJson,
  unreadKind,
  withoutOther,
} from '../data-files.js';
import { type DatasetItem, defineDatasetFormat, type Listing, type ReadingOptions, SPLITS } from '../dataset-format.js';
import { objectsOfLabelMap } from '../label-map.js';
import type { LabelledImage } from '../labelled-image.js';
import { findObjectMasks, splitFolders } from '../object-mask-files.js';
import { readLabelMap } from '../read-label-map.js';
import { readPicture } from '../read-picture.js';
import { splitByName, splitIn } from '../splits.js';

/** Images and instance label maps of the same names; a `manifest.json` may list them instead. */
export default defineDatasetFormat({
  name: 'folder',
  looks: 'images/ and masks/ with files of the same names, or both in each of train/, val/, …; or a manifest.json',

  async recognises(folder) {
    if ((await filesIn(folder)).includes(MANIFEST)) return true;
    return (await parts(folder)).length > 0 && (await findObjectMasks(folder)) === undefined;
  },

  async list(folder, options) {
    const path = join(folder, MANIFEST);
    return (await isFile(path)) ? listManifest(folder, path, options) : listParts(folder, options);
  },
});

const MANIFEST = 'manifest.json';

const manifest = z.object({
  items: z.array(z.object({ name: z.string(), image: z.string(), mask: z.string(), split: z.enum(SPLITS) })),
});

/** Paths inside the folder. */
type Pair = z.infer<typeof manifest>['items'][number];

async function listManifest(folder: string, path: string, options: ReadingOptions): Promise<Listing> {
  const items: DatasetItem[] = [];
  const faults: DataError[] = [];
  for (const pair of await readManifest(path)) {
    try {
      // Names become files where results are written.
      pathInside(pair.name, path);
      const [image, mask] = [pathInside(pair.image, path), pathInside(pair.mask, path)];
      items.push(datasetItem(folder, { ...pair, image, mask }, options));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      faults.push(error);
    }
  }
  return { items, faults };
}

async function readManifest(path: string): Promise<readonly Pair[]> {
  try {
    return manifest.parse(await readJson(path)).items;
  } catch (cause) {
    throw new DataError('DATA_MANIFEST', `${path} is not a data set manifest: ${whatIsWrong(cause)}`, {
      remedy: 'give every item a name, an image, a mask and a split (train, val or test), or remove the file',
      cause,
    });
  }
}

/** The folder and those in it called after a split, as far as they hold images/ and masks/. */
async function parts(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const part of await splitFolders(folder)) {
    const inside = await filesIn(join(folder, part));
    if (inside.includes('images') && inside.includes('masks')) found.push(part);
  }
  return found;
}

async function listParts(folder: string, options: ReadingOptions): Promise<Listing> {
  const found: Listing[] = [];
  for (const part of await parts(folder)) found.push(await pairFiles(folder, part, options));
  return { items: found.flatMap(({ items }) => items), faults: found.flatMap(({ faults }) => faults) };
}

async function pairFiles(folder: string, part: string, options: ReadingOptions): Promise<Listing> {
  const [inImages, inMasks] = [posix.join(part, 'images'), posix.join(part, 'masks')];
  const [images, masks] = [await filesUnder(join(folder, inImages)), await filesUnder(join(folder, inMasks))];
  const free = new Set(masks.filter(isImageFile));
  const byName = new Map([...free].map((file) => [imageName(file), file]));
  const called = looselyCalled(free);
  const items: DatasetItem[] = [];
  const faults: DataError[] = images.filter(isOtherImageFile).map((file) => unreadKind(join(folder, inImages, file)));
  faults.push(...masks.filter(isOtherImageFile).map((file) => unreadKind(join(folder, inMasks, file))));
  for (const file of images.filter(isImageFile)) {
    const name = imageName(file);
    const mask = free.has(file)
      ? file
      : (byName.get(name) ?? called.get(name.toLowerCase()) ?? called.get(file.toLowerCase()));
    if (mask === undefined || !free.delete(mask)) {
      faults.push(withoutOther(join(folder, inImages, file), 'mask'));
      continue;
    }
    const split = splitIn(part) ?? splitIn(posix.dirname(name)) ?? splitByName(name);
    items.push(
      datasetItem(
        folder,
        { name: posix.join(part, name), image: posix.join(inImages, file), mask: posix.join(inMasks, mask), split },
        options,
      ),
    );
  }
  faults.push(...[...free].map((file) => withoutOther(join(folder, inMasks, file), 'image')));
  return { items, faults };
}

/** What programs add to an image's name for its mask. */
const SUFFIX = /[_-](?:(?:cp_)?masks?|labels?|seg|segmentation|gt|instances?|instance_?ids)$/;

/** Masks by the name of an image in small letters to which they alone come by case or by what programs add. */
function looselyCalled(masks: Iterable<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string | undefined>();
  for (const mask of masks) {
    const name = imageName(mask).toLowerCase();
    for (const key of new Set([name, name.replace(SUFFIX, '')])) found.set(key, found.has(key) ? undefined : mask);
  }
  return new Map([...found].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function datasetItem(folder: string, { name, image, mask, split }: Pair, options: ReadingOptions): DatasetItem {
  const [imagePath, maskPath] = [join(folder, image), join(folder, mask)];
  return {
    name,
    split,
    file: image,
    digest: () => digestFiles([imagePath, maskPath]),
    load: () => loadPair(name, imagePath, maskPath, options),
  };
}

async function loadPair(
  name: string,
  imagePath: string,
  maskPath: string,
  options: ReadingOptions,
): Promise<LabelledImage> {
  const { width, height, labels, note } = await readLabelMap(maskPath, options);
  const picture = await readPicture(imagePath, { width, height });
  if (width !== picture.width || height !== picture.height) {
    throw new DataError(
      'DATA_SIZE',
      `${maskPath} is ${width}x${height}, its image ${picture.width}x${picture.height}`,
      { remedy: 'a mask must have the size of its image' },
    );
  }
  try {
    const notes = [picture.note, note].filter((line) => line !== undefined).join('; ');
    const objects = await inTurns(objectsOfLabelMap(labels, width));
    return { name, ...picture, objects, ...(notes === '' ? {} : { note: notes }) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(error.code, `${maskPath}: ${error.message}`, {
      cause: error,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    });
  }
}
