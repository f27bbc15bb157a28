import { join } from 'node:path';
import { DataError } from '../../errors.js';
import { importPlugin, pluginFiles } from '../../plugins/plugin-files.js';
import { requireFolder, walkOnce } from './data-files.js';
import type { LabelledImage } from './labelled-image.js';
import { adviceFor } from './other-layouts.js';

export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** One image of a data set, not read yet. */
export interface DatasetItem {
  /** Unique in the data set; the file's path inside it without its ending. */
  readonly name: string;
  readonly split: Split;
  /** The image file's path inside the data set, which names it where two images share a name. */
  readonly file: string;
  /** sha256 of everything the item is made of, for telling whether it changed. Throws `DataError` for one that is missing. */
  digest(): Promise<Uint8Array>;
  /** Throws `DataError` for what cannot be used. */
  load(): Promise<LabelledImage>;
}

/** How the files of a data set are read. */
export interface ReadingOptions {
  /** Masks that are colour pictures are read: every colour is an object, black and what is transparent are background. */
  readonly maskColours?: boolean;
}

export interface Listing {
  readonly items: readonly DatasetItem[];
  /** What is wrong before any image is read, one error an image or annotation; those are not among the items. */
  readonly faults: readonly DataError[];
  /** What its owner may not expect of how it was read. */
  readonly notes?: readonly string[];
}

/** One listing of several. */
export const joinListings = (listings: readonly Listing[]): Listing => ({
  items: listings.flatMap(({ items }) => items),
  faults: listings.flatMap(({ faults }) => faults),
  notes: listings.flatMap(({ notes = [] }) => notes),
});

/**
 * A way of keeping images with the masks of their objects. A file in `formats/` whose default export is one adds a
 * format; nothing else needs to know it.
 */
export interface DatasetFormat {
  readonly name: string;
  /** What a folder of this format looks like, for messages. */
  readonly looks: string;
  /** Formats that a folder of both is of; `others` for a guess, which is made where none recognises it. */
  readonly yieldsTo?: readonly string[] | 'others';
  /**
   * What finds the images of a folder of this format, told from the names of its files and how they begin; else undefined.
   * @param everyFile `filesUnder` the folder, walked once for all formats that ask
   */
  recognise(folder: string, everyFile: () => Promise<readonly string[]>): Promise<FindImages | undefined>;
}

/** Finds the images of one folder. Throws `DataError` when the whole data set cannot be used. */
export type FindImages = (options: ReadingOptions) => Promise<Listing>;

export const defineDatasetFormat = (format: DatasetFormat): DatasetFormat => format;

const FOLDER = join(import.meta.dirname, 'formats');

/** Every format of `formats/`, found by its place. */
const loadFormats = async (): Promise<readonly DatasetFormat[]> =>
  Promise.all((await pluginFiles(FOLDER)).map(async (file) => (await importPlugin(file)) as DatasetFormat));

/** By the one format that recognises the folder. Throws `DataError` that says what each looks like when none does. */
export async function findImages(folder: string, options: ReadingOptions): Promise<Listing> {
  await requireFolder(folder);
  const formats = await loadFormats();
  const everyFile = walkOnce(folder);
  const sure = await recognising(
    folder,
    everyFile,
    formats.filter(({ yieldsTo }) => yieldsTo !== 'others'),
  );
  const all = sure.size > 0 ? sure : await recognising(folder, everyFile, formats);
  const matching = [...all].filter(
    ([{ yieldsTo }]) => ![...all.keys()].some(({ name }) => yieldsTo !== 'others' && yieldsTo?.includes(name)),
  );
  const [[format, find] = [], [other] = []] = matching;
  if (format === undefined || find === undefined) {
    const advice = await adviceFor(folder, formats);
    throw new DataError('DATA_FORMAT', `${folder} is no data set of a known format`, {
      remedy: advice ?? formats.map(({ name, looks }) => `${name}: ${looks}`).join('\n  '),
    });
  }
  if (other !== undefined) {
    throw new DataError('DATA_FORMAT', `${folder} could be of the format ${format.name} or ${other.name}`, {
      remedy: 'keep each data set in a folder of its own',
    });
  }
  return find(options);
}

async function recognising(
  folder: string,
  everyFile: () => Promise<readonly string[]>,
  formats: readonly DatasetFormat[],
): Promise<ReadonlyMap<DatasetFormat, FindImages>> {
  const found = new Map<DatasetFormat, FindImages>();
  for (const format of formats) {
    const find = await format.recognise(folder, everyFile);
    if (find !== undefined) found.set(format, find);
  }
  return found;
}
