import { DataError } from '../../errors.js';
import type { Listing } from './dataset-format.js';
import { jsonElements } from './json-elements.js';

/** An image of a COCO file and where its annotations stand, which are read when the image is. */
export interface CocoImage {
  readonly fileName: string;
  /** As the file says, where it says something that a picture can have. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** Start and end of every annotation in the JSON file, in bytes. */
  readonly ranges: readonly number[];
}

type Id = number | string;

interface CocoIndex extends Pick<Required<Listing>, 'faults' | 'notes'> {
  readonly images: readonly CocoImage[];
  /** As they stand in the file. */
  readonly categories: readonly unknown[];
}

/**
 * Reads a COCO file once, element by element, and remembers of an annotation its place only. Images that
 * cannot be named and annotations without an image are faults, one a kind or an image.
 * @throws DataError when the file is broken or lists no images
 */
export async function indexCoco(path: string): Promise<CocoIndex> {
  const images = new Map<Id, Omit<CocoImage, 'ranges'>>();
  const ranges = new Map<Id, number[]>();
  const faults: DataError[] = [];
  const homeless: number[] = [];
  const categories: unknown[] = [];
  let [listed, annotated] = [0, 0];
  for await (const { key, start, end, value, repeated } of jsonElements(path)) {
    if (key === 'images') listed++;
    else if (key === 'annotations') annotated++;
    if (repeated !== undefined) {
      if (key === 'images' || key === 'annotations') faults.push(fault(`${path}, byte ${start}: ${repeated}`));
      continue;
    }
    if (key === 'categories' && value !== undefined) categories.push(value);
    const entry = (value ?? {}) as { readonly [member: string]: unknown };
    if (key === 'images') {
      const { id, file_name: fileName, width, height } = entry;
      if (!isId(id) || typeof fileName !== 'string' || fileName === '') {
        const isLarge = typeof id === 'number' && Number.isInteger(id) && !isId(id);
        const what = isLarge
          ? 'the id of an image is too large to be told from others'
          : 'an image has no id or no file_name';
        faults.push(fault(`${path}, byte ${start}: ${what}`));
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
  return {
    images: [...images].map(([id, image]) => ({ ...image, ranges: ranges.get(id) ?? [] })),
    ...{ categories, faults },
    notes: annotated > 0 ? [] : [`${path} has no annotation`],
  };
}

const isId = (value: unknown): value is Id => Number.isSafeInteger(value) || typeof value === 'string';
const isSide = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

const fault = (message: string) =>
  new DataError('DATA_ANNOTATION', message, { remedy: 'export the annotations again' });
