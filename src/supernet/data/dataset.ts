import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { DataError } from '../../errors.js';
import { type DatasetItem, findImages, type Listing, type ReadingOptions, type Split } from './dataset-format.js';
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
  /** To be told of every image that is passed over because no object of it is asked for, by its name and the reason. */
  readonly onBare?: (name: string, what: string) => void;
}

export interface DatasetOptions extends ReadingOptions {
  /** Takes the first images only; with `onSkip`, the first that can be used. */
  readonly limit?: number;
  /** Objects of fewer pixels are left out of every image. */
  readonly minArea?: number;
  readonly onSkip?: (fault: DataError) => void;
  /** Told of what was done to a picture that its owner may not expect, at every load. */
  readonly onNote?: (message: string) => void;
}

/**
 * Opens a data set of any known format.
 * @throws DataError naming what cannot be used, or, with `onSkip`, only when nothing is left
 */
export async function openDataset(folder: string, split: Split, options: DatasetOptions = {}): Promise<Dataset> {
  const { limit, minArea = 0, maskColours = false, onSkip, onNote } = options;
  const { items, faults, notes = [] } = await listDataset(folder, options);
  for (const fault of faults) skip(fault, onSkip);
  for (const line of notes) onNote?.(line);
  const ofSplit = items.filter((item) => item.split === split);
  const { usable, hash } = await digest(ofSplit, limit, onSkip);
  if (usable.size === 0) {
    const left = ofSplit.length > 0 ? ', all of its images are left out' : '';
    throw new DataError('DATA_EMPTY', `${folder} has no images in its ${split} split${left}`, {
      remedy: `add images, or name some in ${folder}/splits/${split}.txt`,
    });
  }
  return {
    name: basename(resolve(folder)),
    folder,
    split,
    // What is left out of the images, and how they are read, is part of what the data is.
    hash: [minArea > 0 && `${minArea}`, maskColours && 'colours']
      .filter((part) => part !== false)
      .reduce((own, part) => createHash('sha256').update(`${own} ${part}`).digest('hex'), hash),
    names: [...usable.keys()],
    load: async (name) => {
      const item = usable.get(name);
      if (item === undefined)
        throw new DataError('DATA_UNKNOWN', `${folder} has no image "${name}" in its ${split} split`, {
          remedy: 'take one of its names',
        });
      const image = await item.load();
      // Without a listener what cannot be used is an error, an annotation like an image.
      for (const fault of image.leftOut ?? []) skip(fault, onSkip);
      if (image.note !== undefined) onNote?.(`${item.file}: ${image.note}`);
      return minArea > 0 ? { ...image, objects: image.objects.filter(({ area }) => area >= minArea) } : image;
    },
    ...(onSkip === undefined ? {} : { onSkip }),
    ...(onNote === undefined ? {} : { onBare: nameFirst(folder, usable, onNote) }),
  };
}

/** Images without an object that are named one by one. */
const NAMED = 3;

/** Names the first images that are passed over, each once, and says where all of them are named. */
function nameFirst(
  folder: string,
  items: ReadonlyMap<string, DatasetItem>,
  onNote: (message: string) => void,
): (name: string, what: string) => void {
  const seen = new Set<string>();
  return (name, what) => {
    if (seen.has(name)) return;
    seen.add(name);
    if (seen.size <= NAMED) onNote(`${items.get(name)?.file ?? name}: ${what}, and is passed over`);
    else if (seen.size === NAMED + 1) {
      onNote(`more images are passed over like these; \`supersam data check ${folder}\` names those without an object`);
    }
  };
}

/** Everything the folder holds, all splits, its own split files followed. */
export async function listDataset(folder: string, options: ReadingOptions): Promise<Listing> {
  return applySplitFiles(folder, distinguish(await findImages(folder, options)));
}

/**
 * Gives images that share a name in their split (a.png and a.jpg, or files of two annotation files) their paths as names, so
 * that both are used. An image that is listed twice is a fault.
 */
function distinguish({ items, faults, ...rest }: Listing): Listing {
  const key = ({ split, name }: DatasetItem) => JSON.stringify([split, name]);
  const shared = new Map<string, number>();
  for (const item of items) shared.set(key(item), (shared.get(key(item)) ?? 0) + 1);
  const seen = new Set<string>();
  const doubles: DataError[] = [];
  const distinct = items.flatMap((item) => {
    const named = (shared.get(key(item)) ?? 0) > 1 ? { ...item, name: item.file } : item;
    if (!seen.has(key(named))) {
      seen.add(key(named));
      return [usable(named)];
    }
    doubles.push(
      new DataError('DATA_DOUBLE', `${item.file} is listed twice in the ${item.split} split`, {
        remedy: 'list every image once',
      }),
    );
    return [];
  });
  return { ...rest, items: distinct, faults: [...faults, ...doubles] };
}

/** Sides in this proportion leave less than eight rows of an input of 1024 pixels. */
const NARROWEST = 128;

/** The item under its own name, refused where a network would see nothing of it. */
const usable = (item: DatasetItem): DatasetItem => ({
  ...item,
  load: async () => {
    const image = await item.load();
    const { width, height } = image;
    if (Math.max(width, height) > NARROWEST * Math.min(width, height)) {
      throw new DataError('DATA_NARROW', `${item.file} is ${width}x${height}, too narrow for a square input`, {
        remedy: 'cut it into pieces or take it out of the data set',
      });
    }
    return { ...image, name: item.name };
  },
});

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
  if (onSkip === undefined) throw fault;
  onSkip(fault);
  return undefined;
}

/**
 * Reads every file once, which finds missing ones before any long work begins. Of a few the pictures are looked at as well: a limit is
 * how many there are to be, whatever else lies in the folder.
 */
async function digest(
  items: readonly DatasetItem[],
  limit: number | undefined,
  onSkip: DatasetOptions['onSkip'],
): Promise<{ readonly usable: ReadonlyMap<string, DatasetItem>; readonly hash: string }> {
  const hash = createHash('sha256');
  const usable = new Map<string, DatasetItem>();
  for (const item of items) {
    if (usable.size === limit) break;
    try {
      const own = await item.digest();
      if (limit !== undefined && onSkip !== undefined) await item.load();
      hash.update(item.name).update(own);
      usable.set(item.name, item);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      skip(error, onSkip);
    }
  }
  return { usable, hash: hash.digest('hex') };
}
