import type { LongRunning } from '../../base/progress.js';
import { DataError, InterruptedError } from '../../errors.js';
import { listDataset } from './dataset.js';
import { type ReadingOptions, SPLITS, type Split } from './dataset-format.js';
import { addedPieces, isInside, type LabelledImage, type LabelledObject } from './labelled-image.js';

export interface DatasetFault {
  /** One of DataError's codes. */
  readonly code: string;
  /** Undefined for a fault that is not one image's. */
  readonly image: string | undefined;
  readonly message: string;
  /** What to do about it, where that is known. */
  readonly remedy?: string;
}

export interface DatasetCheck {
  readonly images: number;
  readonly objects: number;
  readonly splits: { readonly [split in Split]: number };
  readonly faults: readonly DatasetFault[];
  /** What is done to pictures that their owner may not expect. */
  readonly notes: readonly string[];
}

/** More objects than this in an image are taken for a picture in the place of a label map. */
export const MAX_LABELS = 1000;

/** Reads every image and mask of a data set and lists what cannot be used, with memory for one image at a time. */
export async function checkDataset(
  folder: string,
  options: LongRunning & ReadingOptions & { readonly maxLabels?: number } = {},
): Promise<DatasetCheck> {
  const { maxLabels = MAX_LABELS, onProgress, signal } = options;
  const listing = await listDataset(folder, options);
  const faults: DatasetFault[] = listing.faults.map((fault) => faultOf(fault, undefined));
  if (listing.items.length === 0 && faults.length === 0) {
    faults.push({ code: 'DATA_EMPTY', image: undefined, message: `${folder} has no images` });
  }
  const splits = Object.fromEntries(SPLITS.map((split) => [split, 0])) as { [split in Split]: number };
  const seen = new Set<string>();
  const notes: string[] = [...(listing.notes ?? [])];
  const unusable: { [split in Split]?: number } = {};
  const shapes: Shapes = { objects: 0, apart: 0, inverted: 0, large: 0, filled: 0 };
  for (const [i, item] of listing.items.entries()) {
    if (signal?.aborted) throw new InterruptedError(`stopped on request, after ${i} of ${listing.items.length} images`);
    const add = (code: string, message: string) => faults.push({ code, image: item.name, message });
    if (seen.has(item.name)) add('DATA_DOUBLE', 'another image has the same name');
    seen.add(item.name);
    splits[item.split]++;
    try {
      await item.digest();
      const image = await item.load();
      count(image, shapes);
      for (const fault of image.leftOut ?? []) faults.push(faultOf(fault, item.name));
      if (image.note !== undefined) notes.push(`${item.file}: ${image.note}`);
      if (image.objects.length === 0 && (image.leftOut ?? []).length === 0)
        add('DATA_NO_OBJECTS', 'its mask has no objects');
      if (image.objects.length > maxLabels) {
        add('DATA_LABELS', `its mask has ${image.objects.length} objects, more than ${maxLabels}`);
      }
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      faults.push(faultOf(error, item.name));
      unusable[item.split] = (unusable[item.split] ?? 0) + 1;
    }
    onProgress?.(i + 1, listing.items.length);
  }
  for (const split of SPLITS) {
    const count = splits[split];
    if (count === 0 || unusable[split] !== count) continue;
    const which = count === 1 ? 'the only image' : `all ${count} images`;
    faults.push({ code: 'DATA_EMPTY', image: undefined, message: `${which} of the ${split} split cannot be used` });
  }
  notes.push(...doubts(splits, shapes));
  return { images: listing.items.length, objects: shapes.objects, splits, faults, notes };
}

/** How many of the objects look like what their owner did not mean. */
interface Shapes {
  objects: number;
  /** Images with one object, in parts; and with one that reaches all four sides and covers the most. */
  apart: number;
  inverted: number;
  /** Of so many pixels that a rectangle is no accident, and those that are one. */
  large: number;
  filled: number;
}

const LARGE = 64;

function count({ objects, width, height }: LabelledImage, shapes: Shapes): void {
  shapes.objects += objects.length;
  for (const { area, box } of objects) {
    if (area < LARGE) continue;
    shapes.large++;
    if (area === boxArea(box)) shapes.filled++;
  }
  const [only, ...others] = objects;
  if (only === undefined || others.length > 0) return;
  if (isApart(only)) shapes.apart++;
  const pixels = width * height;
  if (boxArea(only.box) === pixels && only.area < pixels && 2 * only.area > pixels) shapes.inverted++;
}

const boxArea = ([x0, y0, x1, y1]: LabelledObject['box']): number => (x1 - x0) * (y1 - y0);

/** An image of each split at least that a mean should be of. */
const FEW = 2;
/** Objects of which half may not be rectangles by chance. */
const MANY = 8;

/** What is no fault, and yet mostly not what its owner meant. */
function doubts(splits: DatasetCheck['splits'], { objects, apart, inverted, large, filled }: Shapes): string[] {
  const images = SPLITS.reduce((sum, split) => sum + splits[split], 0);
  const few = SPLITS.filter((split) => split !== 'train' && images > FEW && splits[split] < FEW);
  return [
    ...(inverted === 0
      ? []
      : [`${inverted} of ${images} images have one object that reaches all sides, as in a mask of the background`]),
    ...(large < MANY || 2 * filled < large
      ? []
      : [`${filled} of ${objects} objects are upright rectangles, as boxes drawn as masks are`]),
    ...few.map(
      (split) =>
        `the ${split} split has ${splits[split] === 0 ? 'no image' : 'one image'}: scores on it say little; name more in splits/${split}.txt`,
    ),
    ...(images > FEW + 1 && objects === images
      ? ['every image has one object; where it shows several, give each a number of its own in the mask']
      : apart > 0
        ? [
            `${apart} of ${images} images have one object, in parts; where these are objects, give each a number of its own`,
          ]
        : []),
  ];
}

/** Whether an object lies in parts, where holes do not make up for them. */
function isApart(object: LabelledObject): boolean {
  const [x0, y0, x1, y1] = object.box;
  const at = (x: number, y: number) => isInside(object, x, y);
  let parts = 0;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      if (at(x, y)) parts += addedPieces(at(x - 1, y), at(x, y - 1), at(x - 1, y - 1));
    }
  }
  return parts > 1;
}

const faultOf = ({ code, message, remedy }: DataError, image: string | undefined): DatasetFault => ({
  ...{ code, image, message },
  ...(remedy === undefined ? {} : { remedy }),
});
