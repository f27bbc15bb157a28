import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../../errors.js';
import { digestFiles, filesIn, imageName, isImageFile } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat, type Listing } from '../dataset-format.js';
import { objectsOfLabelMap } from '../label-map.js';
import type { LabelledImage } from '../labelled-image.js';
import { readLabelMap, readPicture } from '../read-picture.js';
import { splitByName } from '../splits.js';

/** Images and instance label maps of the same names; a `manifest.json` may list them instead. */
export default defineDatasetFormat({
  name: 'folder',
  looks: 'images/ and masks/ with files of the same names, or a manifest.json',

  async recognises(folder) {
    const files = await filesIn(folder);
    return files.includes('manifest.json') || (files.includes('images') && files.includes('masks'));
  },

  async list(folder) {
    const listed = await readManifest(folder);
    if (listed === undefined) return pairFiles(folder);
    return { items: listed.map((item) => datasetItem(folder, item)), faults: [] };
  },
});

async function pairFiles(folder: string): Promise<Listing> {
  const masks = new Map<string, string>();
  for (const file of await filesIn(join(folder, 'masks'))) {
    if (isImageFile(file)) masks.set(imageName(file), file);
  }
  const items: DatasetItem[] = [];
  const faults: DataError[] = [];
  for (const file of (await filesIn(join(folder, 'images'))).filter(isImageFile)) {
    const name = imageName(file);
    const mask = masks.get(name);
    masks.delete(name);
    if (mask === undefined) {
      faults.push(unpaired(`${join(folder, 'images', file)} has no mask of the same name`, 'add the mask'));
      continue;
    }
    const pair = { name, image: join('images', file), mask: join('masks', mask), split: splitByName(name) };
    items.push(datasetItem(folder, pair));
  }
  for (const file of masks.values()) {
    faults.push(unpaired(`${join(folder, 'masks', file)} has no image of the same name`, 'add the image'));
  }
  return { items, faults };
}

const unpaired = (message: string, remedy: string) =>
  new DataError('DATA_UNPAIRED', message, { remedy: `${remedy} or take the file out` });

type Pair = NonNullable<Awaited<ReturnType<typeof readManifest>>>[number];

function datasetItem(folder: string, { name, image, mask, split }: Pair): DatasetItem {
  const [imagePath, maskPath] = [join(folder, image), join(folder, mask)];
  return {
    name,
    split,
    digest: () => digestFiles([imagePath, maskPath]),
    load: () => loadPair(name, imagePath, maskPath),
  };
}

async function loadPair(name: string, imagePath: string, maskPath: string): Promise<LabelledImage> {
  const picture = await readPicture(imagePath);
  const { width, height, labels } = await readLabelMap(maskPath);
  if (width !== picture.width || height !== picture.height) {
    throw new DataError(
      'DATA_SIZE',
      `${maskPath} is ${width}x${height}, its image ${picture.width}x${picture.height}`,
      { remedy: 'a mask must have the size of its image' },
    );
  }
  return { name, ...picture, objects: objectsOfLabelMap(labels, width) };
}

const schema = z.object({
  items: z.array(
    z.object({ name: z.string(), image: z.string(), mask: z.string(), split: z.enum(['train', 'val', 'test']) }),
  ),
});

/** The images, masks (paths inside the folder) and splits that a folder's `manifest.json` lists; undefined without one. */
export async function readManifest(
  folder: string,
): Promise<readonly z.infer<typeof schema>['items'][number][] | undefined> {
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text)).items;
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const what = issue === undefined ? (cause as Error).message : `${issue.path.join('.')}: ${issue.message}`;
    throw new DataError('DATA_MANIFEST', `${path} is not a data set manifest: ${what}`, {
      remedy: 'give every item a name, an image, a mask and a split (train, val or test), or remove the file',
      cause,
    });
  }
}
