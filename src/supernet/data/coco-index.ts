import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../errors.js';
import { filesIn } from './data-files.js';
import type { Split } from './dataset-format.js';
import { jsonElements } from './json-elements.js';

/** An image of a COCO file and where its annotations stand, which are read when the image is. */
export interface CocoImage {
  readonly fileName: string;
  /** Of the image file. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** Start and end of every annotation in the JSON file, in bytes. */
  readonly ranges: readonly number[];
}

const imageEntry = z.object({
  id: z.union([z.int(), z.string()]),
  file_name: z.string().min(1),
  width: z.int().positive(),
  height: z.int().positive(),
});
const annotationEntry = z.object({ image_id: z.union([z.int(), z.string()]) });

/**
 * Reads a COCO file once, element by element, and remembers of an annotation its place only.
 * @throws DataError when the file is broken; images that are missing and annotations of unknown images are faults
 */
export async function indexCoco(
  path: string,
  folder: string,
  imageFolders: readonly string[],
): Promise<{ readonly images: readonly CocoImage[]; readonly faults: readonly DataError[] }> {
  const images = new Map<number | string, z.infer<typeof imageEntry>>();
  const ranges = new Map<number | string, number[]>();
  const faults: DataError[] = [];
  for await (const { key, start, end, value } of jsonElements(path)) {
    if (key === 'images') {
      const image = check(imageEntry, value, `${path}, byte ${start}`);
      if (images.has(image.id)) faults.push(fault(`${path} has two images with the id ${image.id}`));
      images.set(image.id, image);
    } else if (key === 'annotations') {
      const { image_id } = check(annotationEntry, value, `${path}, byte ${start}`);
      const places = ranges.get(image_id);
      if (places === undefined) ranges.set(image_id, [start, end]);
      else places.push(start, end);
    }
  }
  if (images.size === 0) throw fault(`${path} lists no images`);
  for (const id of ranges.keys()) {
    if (!images.has(id)) faults.push(fault(`${path} has annotations of image ${id}, which it does not list`));
  }
  const found: CocoImage[] = [];
  for (const [id, { file_name: fileName, width, height }] of images) {
    const place = await locate(folder, imageFolders, fileName);
    if (place === undefined) {
      faults.push(
        new DataError('DATA_MISSING', `${path} lists "${fileName}", which is in none of ${imageFolders.join(', ')}`, {
          remedy: 'put the file there or take the image out of the annotations',
        }),
      );
    } else found.push({ fileName, path: place, width, height, ranges: ranges.get(id) ?? [] });
  }
  return { images: found, faults };
}

async function locate(folder: string, imageFolders: readonly string[], file: string): Promise<string | undefined> {
  for (const candidate of imageFolders) {
    const path = join(folder, candidate, file);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
  }
  return undefined;
}

function check<T>(schema: z.ZodType<T>, value: unknown, label: string): T {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  const issue = error?.issues[0];
  throw fault(`${label}: ${issue?.path.join('.')}: ${issue?.message}`);
}

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
  for (const part of ['.', ...(await filesIn(folder)).filter((name) => !name.includes('.'))]) {
    if (!(await filesIn(join(folder, part))).includes(EXPORT)) continue;
    found.push({ file: join(part, EXPORT), split: splitIn(part), imageFolders: [part] });
  }
  return found;
}

function splitIn(name: string): Split | undefined {
  if (/train/i.test(name)) return 'train';
  if (/val/i.test(name)) return 'val';
  return /test/i.test(name) ? 'test' : undefined;
}
