import { join, posix } from 'node:path';
import { DataError } from '../../../errors.js';
import { polygonsMask } from '../coco-annotations.js';
import {
  beginning,
  digestFiles,
  filesIn,
  filesUnder,
  foldersIn,
  imageName,
  isImageFile,
  linesOf,
  partsHolding,
  readBoundedText,
  withoutOther,
} from '../data-files.js';
import { type DatasetItem, defineDatasetFormat, joinListings, type Listing } from '../dataset-format.js';
import { type LabelledImage, notesOf } from '../labelled-image.js';
import { isRectangle } from '../outlines.js';
import { leftOver, pairFiles } from '../paired-files.js';
import { noMask, type ObjectSource, readObjects } from '../read-objects.js';
import { type ImageSize, readPicture } from '../read-picture.js';
import { splitOf } from '../splits.js';

/** Ultralytics' segmentation labels: for every picture of images/ a text of the same name in labels/, an object a line. */
export default defineDatasetFormat({
  name: 'yolo',
  looks:
    'images/ and labels/ with .txt files of the same names (YOLO segmentation), or both in each of train/, valid/, …',

  // COCO itself is often kept beside labels that were made from it.
  yieldsTo: ['coco'],

  async recognise(folder) {
    const found = new Map<string, readonly string[]>();
    for (const part of await partsHolding(folder, await foldersIn(folder), ['images', 'labels'])) {
      found.set(
        part,
        (await filesUnder(join(folder, part, 'labels'))).filter((file) => /\.txt$/i.test(file)),
      );
    }
    if (![...found.values()].some((labels) => labels.length > 0)) return undefined;
    return async () => {
      const listings: Listing[] = [];
      for (const [part, labels] of found) listings.push(await list(folder, part, labels));
      const faults = (await listedSplits(folder)).map(
        (file) =>
          new DataError('DATA_SPLIT', `${file} says which images are of which split, and is not followed`, {
            remedy: 'put the lists into splits/train.txt, val.txt and test.txt of the folder',
          }),
      );
      return joinListings([...listings, { items: [], faults }]);
    };
  },
});

async function list(folder: string, part: string, labels: readonly string[]): Promise<Listing> {
  const [inImages, inLabels] = [posix.join(part, 'images'), posix.join(part, 'labels')];
  const images = (await filesUnder(join(folder, inImages))).filter(isImageFile);
  const pairs = pairFiles(images, labels);
  const items = images.map((file): DatasetItem => {
    const [name, image, own] = [imageName(file), join(folder, inImages, file), pairs.get(file)];
    // A picture without a file is one without objects.
    const label = own === undefined ? undefined : join(folder, inLabels, own);
    return {
      ...{ name, file: posix.join(inImages, file) },
      split: splitOf(name, part, posix.dirname(file)),
      digest: () => digestFiles(label === undefined ? [image] : [image, label]),
      load: () => load(name, image, label),
    };
  });
  const lonely = leftOver(pairs, images, labels).others.filter((file) => posix.basename(file) !== 'classes.txt');
  return { items, faults: lonely.map((file) => withoutOther(join(folder, inLabels, file), 'image')) };
}

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

async function load(name: string, image: string, label: string | undefined): Promise<LabelledImage> {
  const picture = await readPicture(image);
  if (label === undefined) return { name, ...picture, objects: [] };
  const text = await readBoundedText(label).catch((cause: Error) => {
    throw new DataError('DATA_ANNOTATION', `${label} cannot be read: ${cause.message}`, {
      cause,
      remedy: 'copy the file again',
    });
  });
  const lines = linesOf(text)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const sources = lines.map(
    (line): ObjectSource => ({ mask: async () => polygonsMask([outline(line, picture)], picture) }),
  );
  const read = await readObjects(sources, picture, label);
  const areBoxes = lines.length > 0 && lines.every((line) => isRectangle(corners(line, picture)));
  const doubt = areBoxes ? 'all its outlines are rectangles, as oriented boxes are, which are no masks' : undefined;
  return { name, ...picture, ...read, ...notesOf(picture.note, doubt) };
}

/** `class x0 y0 x1 y1 …`, coordinates as shares of the image's sides; four of them are a box. */
function outline(line: string, size: ImageSize): number[] {
  const shares = sharesOf(line);
  const wrong = shares.find((share) => !(share >= -TOLERANCE && share <= 1 + TOLERANCE));
  if (wrong !== undefined) throw noMask(`has the coordinate ${wrong}, which is no share of the image's side`);
  if (shares.length === 4) throw noMask('is a box, which is no mask');
  if (shares.length % 2 === 1) {
    const last = shares.length > 6 ? '; is the last one the confidence of a prediction?' : '';
    throw noMask(`has ${shares.length} coordinates, which are no points${last}`);
  }
  return corners(line, size);
}

const corners = (line: string, { width, height }: ImageSize): number[] =>
  sharesOf(line).map((share, i) => share * (i % 2 === 0 ? width : height));

const sharesOf = (line: string): number[] =>
  line
    .split(/[\s,;]+/)
    .slice(1)
    .map(Number);

/** Tools round, and let points lie on the border. */
const TOLERANCE = 0.01;
