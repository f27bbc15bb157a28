import { join, posix } from 'node:path';
import { z } from 'zod';
import { whatIsWrong } from '../../base/schema-issues.js';
import { DataError } from '../../errors.js';
import { polygonsMask } from './coco-annotations.js';
import { beginning, digestFiles, imageName, readJson } from './data-files.js';
import type { DatasetItem, Split } from './dataset-format.js';
import { type LabelledImage, notesOf } from './labelled-image.js';
import { folded } from './mask-names.js';
import { readOutline } from './outlines.js';
import { noMask, type ObjectMask, readObjects } from './read-objects.js';
import { type ImageSize, readSizedPicture } from './read-picture.js';
import { ellipsePolygon, objectsOfShapes, pngMask, type Shape } from './shape-masks.js';

const shape = z.object({
  label: z.unknown().optional(),
  points: z.unknown().transform(readOutline).pipe(z.array(z.number())),
  group_id: z.union([z.number(), z.string()]).nullish(),
  shape_type: z.string().nullish(),
  mask: z.string().nullish(),
});
const side = z.int().positive().nullish().catch(null);
const file = z.object({
  shapes: z.array(z.unknown()),
  imageWidth: side,
  imageHeight: side,
  imagePath: z.string().nullish().catch(null),
});

/** Whether a file begins as LabelMe's do, which have a list of shapes. */
export const isLabelMe = async (path: string): Promise<boolean> => /"shapes"\s*:/.test(await beginning(path));

/** An image and the file of LabelMe's with what is drawn on it; paths inside the data set's folder. */
export const labelMeItem = (folder: string, image: string, json: string, split: Split): DatasetItem => {
  const [name, imagePath, shapesPath] = [imageName(image), join(folder, image), join(folder, json)];
  return {
    ...{ name, file: image, split },
    digest: () => digestFiles([imagePath, shapesPath]),
    load: () => load(name, imagePath, shapesPath),
  };
};

async function load(name: string, imagePath: string, shapesPath: string): Promise<LabelledImage> {
  const { shapes, imageWidth: width, imageHeight: height, imagePath: named } = await readShapes(shapesPath);
  const picture = await readSizedPicture(imagePath, width && height ? { width, height } : undefined, shapesPath);
  const drawn = shapes.map((entry) => drawnShape(entry, picture)).filter((one) => one !== undefined);
  const read = await readObjects(objectsOfShapes(drawn), picture, shapesPath);
  const background = shapes.length - drawn.length;
  return {
    ...{ name, ...picture, ...read },
    ...notesOf(
      picture.note,
      background === 0 ? undefined : `${background} of its shapes are LabelMe's background or void, and no objects`,
      isCalled(imagePath, named) ? undefined : `its annotations say that they are of "${named}"`,
    ),
  };
}

function isCalled(path: string, named: string | null | undefined): boolean {
  if (!named) return true;
  const stem = (file: string) => folded(imageName(posix.basename(file.replaceAll('\\', '/'))));
  return stem(path) === stem(named);
}

/** What LabelMe's own programs make of these labels: nothing, and pixels that are not counted. */
const NO_OBJECTS: ReadonlySet<unknown> = new Set(['_background_', '__ignore__']);

function drawnShape(entry: unknown, image: ImageSize): Shape | undefined {
  const { success, data } = shape.safeParse(entry);
  if (!success) return { mask: () => Promise.reject(noMask('is no shape with a list of points')) };
  const { label, points, group_id, shape_type, mask } = data;
  if (NO_OBJECTS.has(label)) return undefined;
  const kind = (shape_type ?? 'polygon').toLowerCase();
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = points;
  const corners = points.length / 2;
  const draw = async (): Promise<ObjectMask> => {
    if (kind === 'polygon' || (isTurned(kind) && corners === 4)) return polygonsMask([points], image);
    if (kind === 'rectangle' && corners === 2) return polygonsMask([[x0, y0, x1, y0, x1, y1, x0, y1]], image);
    if (kind === 'mask') {
      if (corners === 0) throw noMask('is a mask without its place');
      const packed = (mask ?? '').replace(/^data:[\w/+;-]*,/, '');
      return pngMask(Buffer.from(packed, 'base64'), Math.round(x0), Math.round(y0), image);
    }
    const radius = Math.hypot(x1 - x0, y1 - y0);
    if (kind === 'circle' && corners === 2) return polygonsMask([ellipsePolygon(x0, y0, radius, radius)], image);
    throw noMask(`is a ${kind}, which is no mask`);
  };
  const isArea = ['polygon', 'mask', 'circle'].includes(kind) || isTurned(kind);
  // LabelMe numbers the objects of every label by themselves.
  const group = group_id === null || group_id === undefined ? undefined : JSON.stringify([label, group_id]);
  return { group: isArea ? group : undefined, mask: draw };
}

/** Rectangles: of two corners, or in newer programs of four. */
const isTurned = (kind: string): boolean => ['rectangle', 'oriented_rectangle', 'rotation'].includes(kind);

async function readShapes(path: string): Promise<z.infer<typeof file>> {
  try {
    return file.parse(await readJson(path));
  } catch (cause) {
    throw new DataError('DATA_ANNOTATION', `${path} holds no shapes of LabelMe: ${whatIsWrong(cause)}`, {
      cause,
      remedy: 'save the file in LabelMe again or take the image out',
    });
  }
}
