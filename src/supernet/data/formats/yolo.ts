import { join, posix } from 'node:path';
import { DataError } from '../../../errors.js';
import { polygonsMask } from '../coco-annotations.js';
import { findCocoFiles } from '../coco-index.js';
import {
  beginning,
  digestFiles,
  filesIn,
  filesUnder,
  foldersIn,
  imageName,
  isImageFile,
  readBoundedText,
  withoutOther,
} from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { noMask, type ObjectSource, readObjects } from '../read-objects.js';
import { type ImageSize, readPicture } from '../read-picture.js';
import { splitByName, splitIn } from '../splits.js';

/** Ultralytics' segmentation labels: for every picture of images/ a text of the same name in labels/, an object a line. */
export default defineDatasetFormat({
  name: 'yolo',
  looks:
    'images/ and labels/ with .txt files of the same names (YOLO segmentation), or both in each of train/, valid/, …',

  async recognises(folder) {
    for (const part of await parts(folder)) {
      const labels = await filesUnder(join(folder, part, 'labels'));
      // COCO itself is often kept beside labels that were made from it.
      if (labels.some((file) => file.endsWith('.txt'))) return (await findCocoFiles(folder)).length === 0;
    }
    return false;
  },

  async list(folder) {
    const items: DatasetItem[] = [];
    const faults: DataError[] = [];
    for (const part of await parts(folder)) {
      const labels = new Set((await filesUnder(join(folder, part, 'labels'))).filter((file) => file.endsWith('.txt')));
      for (const file of (await filesUnder(join(folder, part, 'images'))).filter(isImageFile)) {
        const name = imageName(file);
        const [image, label] = [join(folder, part, 'images', file), join(folder, part, 'labels', `${name}.txt`)];
        // A picture without a file is one without objects.
        const isLabelled = labels.delete(`${name}.txt`);
        items.push({
          name,
          file: posix.join(part, 'images', file),
          split: splitIn(part) ?? splitIn(posix.dirname(file)) ?? splitByName(name),
          digest: () => digestFiles(isLabelled ? [image, label] : [image]),
          load: () => load(name, image, isLabelled ? label : undefined),
        });
      }
      for (const file of [...labels].filter((label) => posix.basename(label) !== 'classes.txt')) {
        faults.push(withoutOther(join(folder, part, 'labels', file), 'image'));
      }
    }
    for (const list of await listedSplits(folder)) {
      faults.push(
        new DataError('DATA_SPLIT', `${list} says which images are of which split, and is not followed`, {
          remedy: 'put the lists into splits/train.txt, val.txt and test.txt of the folder',
        }),
      );
    }
    return { items, faults };
  },
});

/** Files beside images/ and labels/ that name lists of images, `train: train.txt`, which no folder's name says. */
async function listedSplits(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const files = await filesIn(folder);
  if (files.includes('splits')) return [];
  for (const file of files.filter((name) => /\.ya?ml$/.test(name))) {
    if (/^(train|val|test)\s*:.*\.txt/m.test(await beginning(join(folder, file)))) found.push(join(folder, file));
  }
  return found;
}

/** The folders that hold images/ and labels/. */
async function parts(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const part of await foldersIn(folder)) {
    const inside = await filesIn(join(folder, part));
    if (inside.includes('images') && inside.includes('labels')) found.push(part);
  }
  return found;
}

async function load(name: string, image: string, label: string | undefined): Promise<LabelledImage> {
  const picture = await readPicture(image);
  if (label === undefined) return { name, ...picture, objects: [] };
  const text = await readBoundedText(label).catch((cause: Error) => {
    throw new DataError('DATA_ANNOTATION', `${label} cannot be read: ${cause.message}`, {
      cause,
      remedy: 'copy the file again',
    });
  });
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const sources = lines.map(
    (line): ObjectSource => ({ mask: async () => polygonsMask([outline(line, picture)], picture) }),
  );
  return { name, ...picture, ...(await readObjects(sources, picture, label)) };
}

/** `class x0 y0 x1 y1 …`, coordinates as shares of the image's sides; four of them are a box. */
function outline(line: string, { width, height }: ImageSize): number[] {
  const shares = line
    .split(/[\s,]+/)
    .slice(1)
    .map(Number);
  const wrong = shares.find((share) => !(share >= -TOLERANCE && share <= 1 + TOLERANCE));
  if (wrong !== undefined) throw noMask(`has the coordinate ${wrong}, which is no share of the image's side`);
  if (shares.length === 4) throw noMask('is a box, which is no mask');
  if (shares.length % 2 === 1) throw noMask(`has ${shares.length} coordinates, which are no points`);
  return shares.map((share, i) => share * (i % 2 === 0 ? width : height));
}

/** Tools round, and let points lie on the border. */
const TOLERANCE = 0.01;
