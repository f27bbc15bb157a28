import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../../errors.js';
import { type CocoImage, findCocoFiles, indexCoco } from '../coco-index.js';
import { cocoObject, segmentation } from '../coco-object.js';
import { digestFiles, imageName } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat, type Listing } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { readPicture } from '../read-picture.js';
import { splitByName } from '../splits.js';

const annotation = z.object({ id: z.int(), iscrowd: z.union([z.literal(0), z.literal(1)]).default(0), segmentation });

/** COCO instances: the published layout, or one JSON file an image folder, as annotation tools export it. */
export default defineDatasetFormat({
  name: 'coco',
  looks:
    'annotations/instances_*.json beside folders of images, or _annotations.coco.json among the images of a folder',

  recognises: async (folder) => (await findCocoFiles(folder)).length > 0,

  async list(folder) {
    const items: DatasetItem[] = [];
    const faults: DataError[] = [];
    for (const { file, split, imageFolders } of await findCocoFiles(folder)) {
      const listing = await listFile(folder, file, split, imageFolders);
      items.push(...listing.items);
      faults.push(...listing.faults);
    }
    return { items, faults };
  },
});

async function listFile(
  folder: string,
  file: string,
  split: DatasetItem['split'] | undefined,
  imageFolders: readonly string[],
): Promise<Listing> {
  const path = join(folder, file);
  const { images, faults } = await indexCoco(path, folder, imageFolders);
  const items = images.map((image): DatasetItem => {
    const name = imageName(image.fileName);
    return {
      name,
      split: split ?? splitByName(name),
      digest: async () => {
        const hash = createHash('sha256').update(await digestFiles([image.path]));
        for (const bytes of await readRanges(path, image)) hash.update(bytes);
        return hash.digest();
      },
      load: () => loadImage(path, name, image),
    };
  });
  return { items, faults };
}

async function loadImage(path: string, name: string, image: CocoImage): Promise<LabelledImage> {
  const picture = await readPicture(image.path);
  const { width, height } = picture;
  if (image.width !== width || image.height !== height) {
    throw new DataError(
      'DATA_SIZE',
      `${image.path} is ${width}x${height}, ${path} says ${image.width}x${image.height}`,
      {
        remedy: 'use the annotations and the images of one release',
      },
    );
  }
  const objects = (await readRanges(path, image)).flatMap((bytes) => {
    const { data, error } = annotation.safeParse(JSON.parse(bytes.toString('utf8')));
    const fault = (code: string, what: string, cause: unknown) =>
      new DataError(code, `${path}, annotation of "${image.fileName}": ${what}`, {
        cause,
        remedy: 'export the annotations again or take the image out',
      });
    if (data === undefined) {
      const issue = error.issues[0];
      throw fault('DATA_ANNOTATION', `${issue?.path.join('.')}: ${issue?.message}`, error);
    }
    // A crowd is a region of many objects, none of which can be asked for.
    if (data.iscrowd === 1) return [];
    try {
      return cocoObject(data.id, data.segmentation, width, height) ?? [];
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause;
      throw fault(cause.code, cause.message, cause);
    }
  });
  return { name, ...picture, objects: objects.sort((a, b) => a.id - b.id) };
}

async function readRanges(path: string, { ranges }: CocoImage): Promise<Buffer[]> {
  const file = await open(path);
  try {
    const read: Buffer[] = [];
    for (let i = 0; i < ranges.length; i += 2) {
      const [start = 0, end = 0] = ranges.slice(i, i + 2);
      const bytes = Buffer.alloc(end - start);
      await file.read(bytes, 0, bytes.length, start);
      read.push(bytes);
    }
    return read;
  } finally {
    await file.close();
  }
}
