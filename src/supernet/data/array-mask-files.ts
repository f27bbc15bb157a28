import { join } from 'node:path';
import { DataError } from '../../errors.js';
import { digestFiles } from './data-files.js';
import type { DatasetItem, Split } from './dataset-format.js';
import { labelled } from './label-map-files.js';
import { type LabelledImage, notesOf } from './labelled-image.js';
import { type NumberArray, readArray } from './read-array.js';
import { labelMapOf } from './read-label-map.js';
import { noMask, type ObjectSource, readObjects } from './read-objects.js';
import { type ImageSize, readPicture, wrongSize } from './read-picture.js';
import { bitmapMask } from './shape-masks.js';

/** Paths inside the folder. */
export interface ArrayMaskFiles {
  readonly name: string;
  readonly image: string;
  readonly array: string;
  readonly split: Split;
}

/** An image and the array of NumPy's beside it: a label map, or masks in a stack. */
export function arrayMaskItem(folder: string, { name, image, array, split }: ArrayMaskFiles): DatasetItem {
  const [imagePath, arrayPath] = [join(folder, image), join(folder, array)];
  return {
    name,
    split,
    file: image,
    digest: () => digestFiles([imagePath, arrayPath]),
    load: async () => {
      const { shape, strides, at } = await readArray(arrayPath);
      // An axis of one says nothing.
      const axes = shape.flatMap((side, axis) => (side === 1 && shape.length > 2 ? [] : [axis]));
      const own = {
        shape: axes.map((axis) => shape[axis] as number),
        strides: axes.map((axis) => strides[axis] as number),
        at,
      };
      if (own.shape.length === 2) return loadLabels(name, imagePath, arrayPath, own);
      if (own.shape.length === 3) return loadStack(name, imagePath, arrayPath, own);
      throw wrongShape(arrayPath, `is of the shape ${shape.join(' x ')}`);
    },
  };
}

async function loadLabels(name: string, imagePath: string, path: string, array: NumberArray): Promise<LabelledImage> {
  const { shape, strides, at } = array;
  const [height = 0, width = 0] = shape;
  const [down = 0, right = 0] = strides;
  const samples = Float64Array.from({ length: height * width }, (_, i) =>
    at(Math.floor(i / width) * down + (i % width) * right),
  );
  const picture = await readPicture(imagePath, { width, height });
  return labelled(name, picture, labelMapOf({ width, height, channels: 1, samples }, path), path);
}

/** A mask an object, the objects along the first axis or the last: the one that leaves the image's size. */
async function loadStack(name: string, imagePath: string, path: string, array: NumberArray): Promise<LabelledImage> {
  const { shape } = array;
  const ways = [0, 2].map((axis) => {
    const [height = 0, width = 0] = shape.filter((_, other) => other !== axis);
    return { axis, height, width };
  });
  const read = await Promise.all(ways.map(async (way) => ({ ...way, picture: await readPicture(imagePath, way) })));
  const [fit, other] = read.filter(
    ({ width, height, picture }) => picture.width === width && picture.height === height,
  );
  // Of a size that fits neither way the picture is upright.
  if (fit === undefined) throw wrongSize(path, shape.join(' x '), (read[0] as (typeof read)[number]).picture);
  if (other !== undefined) throw wrongShape(path, `is ${shape.join(' x ')}: its objects could be along two axes`);
  const { axis, picture } = fit;
  const count = shape[axis] as number;
  const planes = Array.from({ length: count }, (_, object) => planeOf(array, axis, object));
  const sources = planes.map((plane, i): ObjectSource => ({ id: i + 1, mask: async () => plane.mask(picture) }));
  const found = await readObjects(sources, picture, path);
  const where = `the ${count} masks of its array are along its ${axis === 0 ? 'first' : 'last'} axis`;
  const { objects } = found;
  const isTiling =
    objects.length > 1 && objects.reduce((sum, { area }) => sum + area, 0) === picture.width * picture.height;
  const doubt = isTiling ? 'they cover every pixel, as those of classes do' : undefined;
  return { name, ...picture, ...found, ...notesOf(picture.note, doubt === undefined ? where : `${where}; ${doubt}`) };
}

/** One mask of a stack: 0, and one other number. */
function planeOf({ shape, strides, at }: NumberArray, axis: number, object: number) {
  const [height = 0, width = 0] = shape.filter((_, other) => other !== axis);
  const [down = 0, right = 0] = strides.filter((_, other) => other !== axis);
  const start = object * (strides[axis] as number);
  const value = (x: number, y: number) => at(start + y * down + x * right);
  return {
    mask(image: ImageSize) {
      let white = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const own = value(x, y);
          if (own === 0 || own === white) continue;
          if (white !== 0 || Number.isNaN(own)) {
            throw noMask('has several values, the mask of one object has 0 and another', 'DATA_LABELS');
          }
          white = own;
        }
      }
      return bitmapMask({ left: 0, top: 0, width, height, covers: (x, y) => value(x, y) !== 0 }, image);
    },
  };
}

const wrongShape = (path: string, what: string): DataError =>
  new DataError('DATA_MASK', `${path} ${what}`, {
    remedy: 'save labels [height, width], or a mask an object [objects, height, width]',
  });
