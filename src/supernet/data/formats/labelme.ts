import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { whatIsWrong } from '../../../base/schema-issues.js';
import { DataError } from '../../../errors.js';
import { readAnnotations } from '../coco-annotations.js';
import { digestFiles, filesIn, imageName, isImageFile, readJson } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { readPicture } from '../read-picture.js';
import { splitByName } from '../splits.js';

const shape = z.object({
  points: z.array(z.tuple([z.number(), z.number()])),
  group_id: z.union([z.number(), z.string()]).nullish(),
  shape_type: z.string().nullish(),
});
const file = z.object({ shapes: z.array(shape) });

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
      faults.push(
        new DataError('DATA_UNPAIRED', `${join(folder, image)} has no annotation of the same name`, {
          remedy: 'add the annotation or take the file out',
        }),
      );
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

/** The list of shapes stands before the picture that LabelMe may keep in the file. */
const BEGINNING = 2 ** 16;

async function beginning(path: string): Promise<string> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return '';
  try {
    if (!(await handle.stat()).isFile()) return '';
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function load(name: string, imagePath: string, shapesPath: string): Promise<LabelledImage> {
  const { shapes } = await readShapes(shapesPath);
  const picture = await readPicture(imagePath);
  // Shapes of one group are parts of one object.
  const objects = new Map<string, number[][]>();
  const other = new Map<string, number>();
  for (const [i, { points, group_id, shape_type }] of shapes.entries()) {
    const polygon = polygonOf(points, shape_type ?? 'polygon');
    if (polygon === undefined) {
      other.set(`${shape_type}`, (other.get(`${shape_type}`) ?? 0) + 1);
      continue;
    }
    const key = group_id === null || group_id === undefined ? `shape ${i}` : `group ${group_id}`;
    objects.set(key, [...(objects.get(key) ?? []), polygon]);
  }
  const annotations = [...objects.values()].map((segmentation, i) => ({ id: i + 1, segmentation }));
  const read = await readAnnotations(annotations, picture, shapesPath);
  const unread = [...other].map(
    ([kind, count]) =>
      new DataError('DATA_ANNOTATION', `${shapesPath}: ${count} shapes of the kind "${kind}" are no masks`, {
        remedy: 'draw polygons, or go on without them',
      }),
  );
  return { name, ...picture, objects: read.objects, leftOut: [...read.leftOut, ...unread] };
}

/** Corners around a circle. */
const CORNERS = 64;

function polygonOf(points: readonly (readonly [number, number])[], kind: string): number[] | undefined {
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points;
  if (kind === 'polygon') return points.flat();
  if (kind === 'rectangle' && points.length === 2) return [x0, y0, x1, y0, x1, y1, x0, y1];
  if (kind !== 'circle' || points.length !== 2) return undefined;
  const radius = Math.hypot(x1 - x0, y1 - y0);
  return Array.from({ length: CORNERS }, (_, i) => (2 * Math.PI * i) / CORNERS).flatMap((angle) => [
    x0 + radius * Math.cos(angle),
    y0 + radius * Math.sin(angle),
  ]);
}

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
