import { createHash } from 'node:crypto';
import { join, posix } from 'node:path';
import { isFile, readText } from '../../base/files.js';
import { DataError } from '../../errors.js';
import { imageName, linesOf } from './data-files.js';
import { type DatasetItem, type Listing, SPLITS, type Split } from './dataset-format.js';

/** 70 / 10 / 20 by a hash of the name: the same split everywhere, whatever other images are there. */
export function splitByName(name: string): Split {
  const share = createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32;
  return share < 0.7 ? 'train' : share < 0.8 ? 'val' : 'test';
}

/** Whole words: `train2017`, `stage1_train` and `valSet` say a split, `latest` and `intervals` none. */
const WORDS: { readonly [split in Split]: RegExp } = {
  train: /^train/,
  val: /^val(id.*|set|data|images?)?$/,
  test: /^test(ing|set|data|images?)?$/,
};

/** The split that a file or a folder is called after. */
export function splitIn(name: string): Split | undefined {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return SPLITS.find((split) => words.some((word) => WORDS[split].test(word)));
}

/** The split that the first of these places is called after; where none is, by the image's name. */
export const splitOf = (name: string, ...places: readonly string[]): Split =>
  places.map(splitIn).find((split) => split !== undefined) ?? splitByName(name);

/**
 * Follows the folder's own split files, `splits/train.txt`, `val.txt` and `test.txt`: one image name a line, `#` at the beginning or
 * after a space begins a remark. If there is one of them they alone say what is used. A name that no image has, or that stands in two of them,
 * is a fault.
 */
export async function applySplitFiles(folder: string, listing: Listing): Promise<Listing> {
  const { items, faults } = listing;
  const files = await Promise.all(SPLITS.map(async (split) => ({ split, names: await readNames(folder, split) })));
  if (files.every(({ names }) => names === undefined)) return listing;
  const byName = new Map<string, DatasetItem>();
  // A name of its own goes before a file's path or stem that another image may share.
  for (const item of items) byName.set(item.file, item).set(imageName(item.file), item);
  for (const item of items) byName.set(item.name, item);
  const placed = new Map<string, Split>();
  const chosen: DatasetItem[] = [];
  const wrong: DataError[] = [];
  for (const { split, names = [] } of files) {
    const file = join(folder, 'splits', `${split}.txt`);
    for (const name of names) {
      const path = posix.normalize(name);
      const item = byName.get(name) ?? byName.get(path) ?? byName.get(path.replace(/\.\w+$/, ''));
      const before = placed.get(item?.name ?? name);
      if (item === undefined) wrong.push(fault(`${file} names "${name}", which the data set does not have`));
      else if (before !== undefined) wrong.push(fault(`${file} names "${name}", which splits/${before}.txt names too`));
      else {
        placed.set(item.name, split);
        chosen.push({ ...item, split });
      }
    }
  }
  return { ...listing, items: chosen, faults: [...faults, ...wrong] };
}

const fault = (message: string) => new DataError('DATA_SPLIT', message, { remedy: 'correct the split file' });

async function readNames(folder: string, split: Split): Promise<readonly string[] | undefined> {
  const path = join(folder, 'splits', `${split}.txt`);
  if (!(await isFile(path))) return undefined;
  const text = await readText(path).catch((cause: Error) => {
    throw new DataError('DATA_SPLIT', `${path} cannot be read: ${cause.message}`, { cause, remedy: 'save it again' });
  });
  return linesOf(text)
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '');
}
