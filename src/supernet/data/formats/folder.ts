import { join, posix } from 'node:path';
import { z } from 'zod';
import { isFile } from '../../../base/files.js';
import { whatIsWrong } from '../../../base/schema-issues.js';
import { DataError } from '../../../errors.js';
import { arrayMaskItem } from '../array-mask-files.js';
import {
  filesUnder,
  imageName,
  isImageFile,
  isOtherImageFile,
  partsHolding,
  pathInside,
  readJson,
  unreadKind,
} from '../data-files.js';
import {
  type DatasetItem,
  defineDatasetFormat,
  joinListings,
  type Listing,
  type ReadingOptions,
  SPLITS,
} from '../dataset-format.js';
import { type LabelMapFiles, labelMapItem } from '../label-map-files.js';
import { splitFolders } from '../object-mask-files.js';
import { AS_MASKS, leftOver, lonelyFiles, pairFiles } from '../paired-files.js';
import { isArrayFile } from '../read-array.js';
import { splitOf } from '../splits.js';

/** Images and instance label maps of the same names; a `manifest.json` may list them instead. */
export default defineDatasetFormat({
  name: 'folder',
  looks: 'images/ and masks/ with files of the same names, or both in each of train/, val/, …; or a manifest.json',

  yieldsTo: ['object-masks', 'cityscapes', 'ade20k'],

  async recognise(folder) {
    const path = join(folder, MANIFEST);
    if (await isFile(path)) return (options) => listManifest(folder, path, options);
    const found = await parts(folder);
    return found.length === 0 ? undefined : (options) => listParts(folder, found, options);
  },
});

const MANIFEST = 'manifest.json';

const manifest = z.object({
  items: z.array(z.object({ name: z.string(), image: z.string(), mask: z.string(), split: z.enum(SPLITS) })),
});

async function listManifest(folder: string, path: string, options: ReadingOptions): Promise<Listing> {
  const items: DatasetItem[] = [];
  const faults: DataError[] = [];
  for (const pair of await readManifest(path)) {
    try {
      // Names become files where results are written.
      pathInside(pair.name, path);
      const [image, mask] = [pathInside(pair.image, path), pathInside(pair.mask, path)];
      items.push(labelMapItem(folder, { ...pair, image, mask }, options));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      faults.push(error);
    }
  }
  return { items, faults };
}

async function readManifest(path: string): Promise<readonly LabelMapFiles[]> {
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
const parts = async (folder: string): Promise<readonly string[]> =>
  partsHolding(folder, await splitFolders(folder), ['images', 'masks']);

async function listParts(folder: string, places: readonly string[], options: ReadingOptions): Promise<Listing> {
  const found: Listing[] = [];
  for (const part of places) found.push(await listPart(folder, part, options));
  return joinListings(found);
}

async function listPart(folder: string, part: string, options: ReadingOptions): Promise<Listing> {
  const [inImages, inMasks] = [posix.join(part, 'images'), posix.join(part, 'masks')];
  const [images, masks] = [await filesUnder(join(folder, inImages)), await filesUnder(join(folder, inMasks))];
  const [ourImages, ourMasks] = [
    images.filter(isImageFile),
    masks.filter((file) => isImageFile(file) || isArrayFile(file)),
  ];
  const pairs = pairFiles(ourImages, ourMasks, AS_MASKS);
  const faults = [
    ...images.filter(isOtherImageFile).map((file) => unreadKind(join(folder, inImages, file))),
    ...masks
      .filter((file) => isOtherImageFile(file) && !isArrayFile(file))
      .map((file) => unreadKind(join(folder, inMasks, file))),
    ...lonelyFiles(leftOver(pairs, ourImages, ourMasks), [join(folder, inImages), join(folder, inMasks)], 'mask'),
  ];
  const items = ourImages.flatMap((file): DatasetItem[] => {
    const [name, mask] = [imageName(file), pairs.get(file)];
    if (mask === undefined) return [];
    const split = splitOf(name, part, posix.dirname(name));
    const own = { name: posix.join(part, name), image: posix.join(inImages, file), split };
    const beside = posix.join(inMasks, mask);
    return [
      isArrayFile(mask)
        ? arrayMaskItem(folder, { ...own, array: beside })
        : labelMapItem(folder, { ...own, mask: beside }, options),
    ];
  });
  return { items, faults };
}
