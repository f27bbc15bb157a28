import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from '../../errors.js';
import { type LabelledImage, readLabelledImage } from './labelled-image.js';
import { type ManifestItem, readManifest, type Split } from './manifest.js';

export type { LabelledImage } from './labelled-image.js';
export type { Split } from './manifest.js';

/** One split of an image folder with instance label maps. Images are read when asked for; nothing is held. */
export interface Dataset {
  readonly name: string;
  readonly folder: string;
  readonly split: Split;
  /** sha256 over the names and files of the split, so that a study can tell whether its data changed. */
  readonly hash: string;
  readonly names: readonly string[];
  load(name: string): Promise<LabelledImage>;
}

/**
 * Opens a folder of `images/` and `masks/` (with or without `manifest.json`).
 * @param options.limit takes the first images only
 * @throws DataError naming the files that are missing or unreadable
 */
export async function openDataset(
  folder: string,
  split: Split,
  options: { readonly limit?: number } = {},
): Promise<Dataset> {
  const all = (await readManifest(folder)).filter((item) => item.split === split);
  const items = new Map(all.slice(0, options.limit ?? all.length).map((item) => [item.name, item]));
  if (items.size === 0) {
    throw new DataError('DATA_EMPTY', `${folder} has no images in its ${split} split`, {
      remedy: 'add images, or name another split in manifest.json',
    });
  }
  return {
    name: basename(folder),
    folder,
    split,
    hash: await hashFiles(folder, [...items.values()]),
    names: [...items.keys()],
    load: async (name) => {
      const item = items.get(name);
      if (item === undefined)
        throw new DataError('DATA_UNKNOWN', `${folder} has no image "${name}" in its ${split} split`);
      return readLabelledImage(folder, item);
    },
  };
}

/** Reads every file once, which finds missing ones before any long work begins. */
async function hashFiles(folder: string, items: readonly ManifestItem[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, image, mask } of items) {
    hash.update(name);
    for (const file of [image, mask]) {
      const bytes = await readFile(join(folder, file)).catch((cause: unknown) => {
        throw new DataError('DATA_MISSING', `${join(folder, file)} cannot be read, which image "${name}" needs`, {
          remedy: 'put the file there or take the image out of the data set',
          cause,
        });
      });
      hash.update(createHash('sha256').update(bytes).digest());
    }
  }
  return hash.digest('hex');
}
