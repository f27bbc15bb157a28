import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataError } from '../../errors.js';
import type { DatasetFormat } from './dataset-format.js';

const FOLDER = join(import.meta.dirname, 'formats');

/** Every format of `formats/`, found by its place. */
export async function loadFormats(): Promise<readonly DatasetFormat[]> {
  const files = (await readdir(FOLDER)).filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts')).sort();
  return Promise.all(
    files.map(async (file) => {
      const module = (await import(pathToFileURL(join(FOLDER, file)).href)) as { default: DatasetFormat };
      return module.default;
    }),
  );
}

/** The one format that recognises the folder. Throws `DataError` that says what each looks like when none does. */
export async function recogniseFormat(folder: string): Promise<DatasetFormat> {
  const formats = await loadFormats();
  const matching: DatasetFormat[] = [];
  for (const format of formats) if (await format.recognises(folder)) matching.push(format);
  const [format, other] = matching;
  if (format === undefined) {
    throw new DataError('DATA_FORMAT', `${folder} is no data set of a known format`, {
      remedy: formats.map(({ name, looks }) => `${name}: ${looks}`).join('\n  '),
    });
  }
  if (other !== undefined) {
    throw new DataError('DATA_FORMAT', `${folder} could be of the format ${format.name} or ${other.name}`, {
      remedy: 'keep each data set in a folder of its own',
    });
  }
  return format;
}
