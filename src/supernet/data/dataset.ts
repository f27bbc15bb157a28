import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { DataError } from '../../errors.js';
import { type DatasetItem, type Listing, recogniseFormat, type Split } from './dataset-format.js';
import type { LabelledImage } from './labelled-image.js';
import { applySplitFiles } from './splits.js';

export type { Split } from './dataset-format.js';
export type { LabelledImage } from './labelled-image.js';

/** One split of a data set. Images are read when asked for; nothing is held. */
export interface Dataset {
  readonly name: string;
  readonly folder: string;
  readonly split: Split;
  /** sha256 over the names and files of the split, so that a study can tell whether its data changed. */
  readonly hash: string;
  readonly names: readonly string[];
  /** Throws `DataError` for an image that cannot be used. */
  load(name: string): Promise<LabelledImage>;
  /** Told of every image that is left out because it cannot be used; without it such an image is an error. */
  readonly onSkip?: (fault: DataError) => void;
}

export interface DatasetOptions {
  /** Takes the first images only. */
  readonly limit?: number;
  /** Objects of fewer pixels are left out of every image. */
  readonly minArea?: number;
  readonly onSkip?: (fault: DataError) => void;
}

/**
 * Opens a data set of any known format.
 * @throws DataError naming what cannot be used, or, with `onSkip`, only when nothing is left
 */
export async function openDataset(folder: string, split: Split, options: DatasetOptions = {}): Promise<Dataset> {
  const { limit, minArea = 0, onSkip } = options;
  const { items, faults } = await listDataset(folder);
  for (const fault of faults) skip(fault, onSkip);
  const ofSplit = items.filter((item) => item.split === split);
  const { usable, hash } = await digest(limit === undefined ? ofSplit : ofSplit.slice(0, limit), onSkip);
  if (usable.size === 0) {
    throw new DataError('DATA_EMPTY', `${folder} has no images in its ${split} split`, {
      remedy: `add images, or name some in ${folder}/splits/${split}.txt`,
    });
  }
  return {
    name: basename(resolve(folder)),
    folder,
    split,
    // What is left out of the images is part of what the data is.
    hash: minArea > 0 ? createHash('sha256').update(`${hash} ${minArea}`).digest('hex') : hash,
    names: [...usable.keys()],
    load: async (name) => {
      const item = usable.get(name);
      if (item === undefined)
        throw new DataError('DATA_UNKNOWN', `${folder} has no image "${name}" in its ${split} split`);
      const image = await item.load();
      return minArea > 0 ? { ...image, objects: image.objects.filter(({ area }) => area >= minArea) } : image;
    },
    ...(onSkip === undefined ? {} : { onSkip }),
  };
}

/** Everything the folder holds, all splits, its own split files followed. */
export async function listDataset(folder: string): Promise<Listing> {
  const format = await recogniseFormat(folder);
  return applySplitFiles(folder, await format.list(folder));
}

/** An image, or undefined for one that cannot be used in a data set that skips such images. */
export async function loadOrSkip(dataset: Dataset, name: string): Promise<LabelledImage | undefined> {
  try {
    return await dataset.load(name);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return skip(error, dataset.onSkip);
  }
}

function skip(fault: DataError, onSkip: DatasetOptions['onSkip']): undefined {
  // A listed file that is not there is a mistake in the data set, not one bad picture among many.
  if (onSkip === undefined || fault.code === 'DATA_MISSING') throw fault;
  onSkip(fault);
  return undefined;
}

/** Reads every file once, which finds missing ones before any long work begins. */
async function digest(
  items: readonly DatasetItem[],
  onSkip: DatasetOptions['onSkip'],
): Promise<{ readonly usable: ReadonlyMap<string, DatasetItem>; readonly hash: string }> {
  const hash = createHash('sha256');
  const usable = new Map<string, DatasetItem>();
  for (const item of items) {
    try {
      const own = await item.digest();
      hash.update(item.name).update(own);
      usable.set(item.name, item);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      skip(error, onSkip);
    }
  }
  return { usable, hash: hash.digest('hex') };
}
