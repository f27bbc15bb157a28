import { join } from 'node:path';
import { DataError } from '../../errors.js';
import { filesIn, foldersIn, locateImage } from './data-files.js';
import type { Split } from './dataset-format.js';
import { jsonElements } from './json-elements.js';
import { splitIn } from './splits.js';

/** An image of a COCO file and where its annotations stand, which are read when the image is. */
export interface CocoImage {
  readonly fileName: string;
  /** The image file's path inside the data set's folder. */
  readonly file: string;
  /** As the file says, where it says something that a picture can have. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Start and end of every annotation in the JSON file, in bytes. */
  readonly ranges: readonly number[];
}

type Id = number | string;

/**
 * Reads a COCO file once, element by element, and remembers of an annotation its place only. Images that are missing or
 * cannot be named and annotations without an image are faults, one a kind or an image.
 * @throws DataError when the file is broken or lists no images
 */
export async function indexCoco(
  path: string,
  folder: string,
  imageFolders: readonly string[],
): Promise<{ readonly images: readonly CocoImage[]; readonly faults: readonly DataError[] }> {
  const images = new Map<Id, Omit<CocoImage, 'file' | 'ranges'>>();
  const ranges = new Map<Id, number[]>();
  const faults: DataError[] = [];
  const homeless: number[] = [];
  let listed = 0;
  for await (const { key, start, end, value, repeated } of jsonElements(path)) {
    if (key === 'images') listed++;
    if (repeated !== undefined) {
      if (key === 'images' || key === 'annotations') faults.push(fault(`${path}, byte ${start}: ${repeated}`));
      continue;
    }
    const entry = value as { readonly [member: string]: unknown };
    if (key === 'images') {
      const { id, file_name: fileName, width, height } = entry;
      if (!isId(id) || typeof fileName !== 'string' || fileName === '') {
        faults.push(fault(`${path}, byte ${start}: an image has no id or no file_name`));
      } else if (images.has(id)) {
        faults.push(fault(`${path} has two images with the id ${id}, the second is "${fileName}"`));
      } else images.set(id, { fileName, size: isSide(width) && isSide(height) ? { width, height } : undefined });
    } else if (key === 'annotations') {
      const { image_id } = entry;
      if (!isId(image_id)) {
        homeless.push(start);
        continue;
      }
      const places = ranges.get(image_id);
      if (places === undefined) ranges.set(image_id, [start, end]);
      else places.push(start, end);
    }
  }
  if (listed === 0) throw fault(`${path} lists no images`);
  if (homeless.length > 0) {
    faults.push(fault(`${path}: ${homeless.length} annotations have no image_id, the first at byte ${homeless[0]}`));
  }
  for (const [id, places] of ranges) {
    // One program writes 1 and another "1"; what has both is told apart.
    const other = typeof id === 'number' ? `${id}` : /^\d+$/.test(id) ? Number(id) : id;
    if (images.has(id) || !images.has(other) || ranges.has(other)) continue;
    ranges.delete(id);
    ranges.set(other, places);
  }
  for (const id of ranges.keys()) {
    if (!images.has(id)) faults.push(fault(`${path} has annotations of image ${id}, which it does not list`));
  }
  const found: CocoImage[] = [];
  for (const [id, image] of images) {
    try {
      const file = await locateImage(folder, imageFolders, image.fileName, path);
      found.push({ ...image, file, ranges: ranges.get(id) ?? [] });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      faults.push(error);
    }
  }
  return { images: found, faults };
}

const isId = (value: unknown): value is Id => Number.isSafeInteger(value) || typeof value === 'string';
const isSide = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

const fault = (message: string) =>
  new DataError('DATA_ANNOTATION', message, { remedy: 'export the annotations again' });

export interface CocoFile {
  /** Inside the data set's folder. */
  readonly file: string;
  /** From the file's or its folder's name; undefined where it says none. */
  readonly split: Split | undefined;
  /** Where its images may be, the likeliest first, inside the data set's folder. */
  readonly imageFolders: readonly string[];
}

const EXPORT = '_annotations.coco.json';
/** What Label Studio calls its COCO export, beside the folder of images. */
const RESULT = 'result.json';

/** The instance files of a COCO folder, from names alone. */
export async function findCocoFiles(folder: string): Promise<readonly CocoFile[]> {
  const published = (await filesIn(join(folder, 'annotations'))).filter((file) => /^instances_.*\.json$/.test(file));
  if (published.length > 0) {
    return published.map((file) => {
      const part = file.slice('instances_'.length, -'.json'.length);
      return {
        file: join('annotations', file),
        split: splitIn(part),
        imageFolders: [part, join('images', part), 'images', '.'],
      };
    });
  }
  const found: CocoFile[] = [];
  for (const part of await foldersIn(folder)) {
    if (!(await filesIn(join(folder, part))).includes(EXPORT)) continue;
    found.push({ file: join(part, EXPORT), split: splitIn(part), imageFolders: [part] });
  }
  if (found.length === 0) {
    const names = await filesIn(folder);
    if (names.includes(RESULT) && names.includes('images')) {
      found.push({ file: RESULT, split: undefined, imageFolders: ['.', 'images'] });
    }
  }
  return found;
}
