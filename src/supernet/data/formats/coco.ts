import { createHash } from 'node:crypto';
import { join, posix } from 'node:path';
import type { DataError } from '../../../errors.js';
import { readAnnotations } from '../coco-annotations.js';
import { type CocoImage, findCocoFiles, indexCoco } from '../coco-index.js';
import { digestFiles, imageName, parsePythonJson, readBytes } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat, type Listing } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { readSizedPicture } from '../read-picture.js';
import { splitByName } from '../splits.js';

/** COCO instances: the published layout, or one JSON file an image folder, as annotation tools export it. */
export default defineDatasetFormat({
  name: 'coco',
  looks:
    'annotations/instances_*.json beside folders of images, or _annotations.coco.json among the images of a folder, or result.json beside images/',

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
    const name = imageName(posix.normalize(image.fileName.replaceAll('\\', '/')));
    return {
      name,
      file: image.file,
      split: split ?? splitByName(name),
      digest: async () => {
        const hash = createHash('sha256').update(await digestFiles([join(folder, image.file)]));
        for (const bytes of await readRanges(path, image)) hash.update(bytes);
        return hash.digest();
      },
      load: () => loadImage(join(folder, image.file), path, name, image),
    };
  });
  return { items, faults };
}

async function loadImage(file: string, path: string, name: string, image: CocoImage): Promise<LabelledImage> {
  const picture = await readSizedPicture(file, image.size, path);
  const annotations = (await readRanges(path, image)).map((bytes) => parsePythonJson(bytes.toString('utf8')));
  return { name, ...picture, ...(await readAnnotations(annotations, picture, `${path}, "${image.fileName}"`)) };
}

async function readRanges(path: string, { ranges }: CocoImage): Promise<Buffer[]> {
  const read: Buffer[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const [start = 0, end = 0] = ranges.slice(i, i + 2);
    read.push(await readBytes(path, start, end));
  }
  return read;
}
