import { join } from 'node:path';
import { z } from 'zod';
import { whatIsWrong } from '../../../base/schema-issues.js';
import { DataError } from '../../../errors.js';
import { polygonsMask } from '../coco-annotations.js';
import { beginning, digestFiles, filesIn, imageName, isImageFile, readJson, withoutOther } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { noMask, type ObjectMask, readObjects } from '../read-objects.js';
import { type ImageSize, readSizedPicture } from '../read-picture.js';
import { ellipsePolygon, objectsOfShapes, pngMask, type Shape } from '../shape-masks.js';
import { splitByName } from '../splits.js';

const shape = z.object({
  label: z.unknown().optional(),
  points: z.array(z.tuple([z.number(), z.number()])),
  group_id: z.union([z.number(), z.string()]).nullish(),
  shape_type: z.string().nullish(),
  mask: z.string().nullish(),
});
const side = z.int().positive().nullish().catch(null);
const file = z.object({ shapes: z.array(z.unknown()), imageWidth: side, imageHeight: side });

/** As LabelMe writes it: beside every image a JSON file of the same name with the shapes drawn on it. */
export default defineDatasetFormat({
  name: 'labelme',
  looks: 'images with a LabelMe .json of the same name beside each',

  recognises: async (folder) => (await labelMeFiles(folder)).length > 0,

  async list(folder) {
    const files = await filesIn(folder);
    const images = new Map(files.filter(isImageFile).map((image) => [imageName(image), image]));
    const items: DatasetItem[] = [];
    const faults: DataError[] = [];
    for (const json of await labelMeFiles(folder)) {
      const name = imageName(json);
      const image = images.get(name);
      if (image === undefined) continue;
      images.delete(name);
      const [imagePath, shapesPath] = [join(folder, image), join(folder, json)];
      items.push({
        name,
        file: image,
        split: splitByName(name),
        digest: () => digestFiles([imagePath, shapesPath]),
        load: () => load(name, imagePath, shapesPath),
      });
    }
    for (const image of images.values()) {
      faults.push(withoutOther(join(folder, image), 'annotation'));
    }
    return { items, faults };
  },
});

/** The JSON files beside an image of the same name that have LabelMe's list of shapes. */
export async function labelMeFiles(folder: string): Promise<readonly string[]> {
  const files = await filesIn(folder);
  const images = new Set(files.filter(isImageFile).map(imageName));
  const found: string[] = [];
  for (const json of files.filter((name) => name.endsWith('.json') && images.has(imageName(name)))) {
    if (/"shapes"\s*:/.test(await beginning(join(folder, json)))) found.push(json);
  }
  return found;
}

async function load(name: string, imagePath: string, shapesPath: string): Promise<LabelledImage> {
  const { shapes, imageWidth: width, imageHeight: height } = await readShapes(shapesPath);
  const picture = await readSizedPicture(imagePath, width && height ? { width, height } : undefined, shapesPath);
  const read = await readObjects(
    objectsOfShapes(shapes.map((shape) => drawnShape(shape, picture))),
    picture,
    shapesPath,
  );
  return { name, ...picture, ...read };
}

function drawnShape(entry: unknown, image: ImageSize): Shape {
  const { success, data } = shape.safeParse(entry);
  if (!success) return { mask: () => Promise.reject(noMask('is no shape with a list of points')) };
  const { label, points, group_id, shape_type, mask } = data;
  const kind = shape_type ?? 'polygon';
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points;
  const draw = async (): Promise<ObjectMask> => {
    if (kind === 'polygon' || (isTurned(kind) && points.length === 4)) return polygonsMask([points.flat()], image);
    if (kind === 'rectangle' && points.length === 2) return polygonsMask([[x0, y0, x1, y0, x1, y1, x0, y1]], image);
    if (kind === 'mask') return pngMask(Buffer.from(mask ?? '', 'base64'), Math.round(x0), Math.round(y0), image);
    const radius = Math.hypot(x1 - x0, y1 - y0);
    if (kind === 'circle' && points.length === 2) return polygonsMask([ellipsePolygon(x0, y0, radius, radius)], image);
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
