import { join } from 'node:path';
import { DataError } from '../../errors.js';
import { importPlugin, pluginFiles } from '../../plugins/plugin-files.js';
import { requireFolder } from './data-files.js';
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
}

/**
 * A way of keeping images with the masks of their objects. A file in `formats/` whose default export is one adds a
 * format; nothing else needs to know it.
 */
export interface DatasetFormat {
  readonly name: string;
  /** What a folder of this format looks like, for messages. */
  readonly looks: string;
  /** Whether the folder is of this format, from the names of its files. */
  recognises(folder: string): Promise<boolean>;
  /** Finds the images. Throws `DataError` when the whole data set cannot be used. */
  list(folder: string, options: ReadingOptions): Promise<Listing>;
}

export const defineDatasetFormat = (format: DatasetFormat): DatasetFormat => format;

const FOLDER = join(import.meta.dirname, 'formats');

/** Every format of `formats/`, found by its place. */
export const loadFormats = async (): Promise<readonly DatasetFormat[]> =>
  Promise.all((await pluginFiles(FOLDER)).map(async (file) => (await importPlugin(file)) as DatasetFormat));

/** The one format that recognises the folder. Throws `DataError` that says what each looks like when none does. */
export async function recogniseFormat(folder: string): Promise<DatasetFormat> {
  await requireFolder(folder);
  const formats = await loadFormats();
  const matching: DatasetFormat[] = [];
  for (const format of formats) if (await format.recognises(folder)) matching.push(format);
  const [format, other] = matching;
  if (format === undefined) {
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
  return format;
}
