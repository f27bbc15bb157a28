import { join } from 'node:path';
import sharp from 'sharp';
import { DataError } from '../../../errors.js';
import { digestFiles } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import { type LabelledImage, notesOf } from '../labelled-image.js';
import { findObjectMasks } from '../object-mask-files.js';
import { type LabelMap, readLabelMap } from '../read-label-map.js';
import { noMask, type ObjectMask, type ObjectSource, readObjects } from '../read-objects.js';
import { type ImageSize, readPicture } from '../read-picture.js';
import { bitmapMask } from '../shape-masks.js';

/** A picture in black and white for every object, as the Data Science Bowl has them. Objects may overlap. */
export default defineDatasetFormat({
  name: 'object-masks',
  looks:
    'a folder an image with images/ and masks/, a black and white picture an object (Data Science Bowl); or images/a.png with masks/a/… or masks/a_1.png …',

  async recognise(folder) {
    const found = await findObjectMasks(folder);
    if (found === undefined) return undefined;
    const items = found.images.map(({ name, split, file, masks }): DatasetItem => {
      const [image, ...paths] = [file, ...masks].map((path) => join(folder, path)) as [string, ...string[]];
      return { name, split, file, digest: () => digestFiles([image, ...paths]), load: () => load(name, image, paths) };
    });
    return async () => ({ items, faults: found.faults });
  },
});

async function load(name: string, image: string, masks: readonly string[]): Promise<LabelledImage> {
  const picture = await readPicture(image, await firstSize(masks));
  let soft = 0;
  const sources = masks.map((path): ObjectSource => {
    const mask = async () => {
      const { runs, isSoft } = await objectMask(path, picture);
      if (isSoft) soft++;
      return { runs };
    };
    return { id: path, mask };
  });
  const read = await readObjects(sources, picture, image);
  const edges = soft === 0 ? undefined : `the soft edges of ${soft} of its masks are cut at half`;
  return { name, ...picture, ...read, ...notesOf(picture.note, edges) };
}

/** The size that the first readable mask has, which says whether the picture is meant as stored. */
async function firstSize(masks: readonly string[]): Promise<ImageSize | undefined> {
  for (const path of masks) {
    const size = await sharp(path)
      .metadata()
      .catch(() => undefined);
    if (size !== undefined) return { width: size.width, height: size.height };
  }
  return undefined;
}

async function objectMask(path: string, image: ImageSize): Promise<ObjectMask & { readonly isSoft: boolean }> {
  const map = await readLabelMap(path).catch((error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    throw noMask(error.message.replace(`${path} `, ''), error.code);
  });
  const { width, height, labels } = map;
  if (width !== image.width || height !== image.height) {
    throw noMask(`is ${width}x${height}, its image ${image.width}x${image.height}`, 'DATA_SIZE');
  }
  const { least, isSoft } = threshold(map);
  const covers = (x: number, y: number) => (labels[y * width + x] as number) >= least;
  return { ...bitmapMask({ left: 0, top: 0, width, height, covers }, image), isSoft };
}

/** White of 8 and of 16 bits. */
const WHITES: ReadonlySet<number> = new Set([2 ** 8 - 1, 2 ** 16 - 1]);
/** A soft edge has no more pixels for every pair of neighbours between which it passes half. */
const SOFT_EDGE = 4;

/**
 * The least value that is the object's: of two values the one that is not 0; where white has soft edges, from antialiasing
 * or resizing, half of it.
 */
function threshold({ width, labels }: LabelMap): { readonly least: number; readonly isSoft: boolean } {
  const values = new Set(labels);
  if (values.size > 1 && !values.has(0)) throw noMask('has no pixel of 0, which is background');
  const most = Math.max(...values);
  if (values.size <= 2) return { least: Math.max(1, most), isSoft: false };
  const least = (most + 1) / 2;
  let [soft, border] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const value = labels[i] as number;
    const inside = value >= least;
    if (value !== 0 && value !== most) soft++;
    if (i % width > 0 && (labels[i - 1] as number) >= least !== inside) border++;
    if (i >= width && (labels[i - width] as number) >= least !== inside) border++;
  }
  if (WHITES.has(most) && soft <= SOFT_EDGE * border && 2 * soft <= labels.length) return { least, isSoft: true };
  throw noMask(`has ${values.size} values, the mask of one object is black and white`, 'DATA_LABELS');
}
