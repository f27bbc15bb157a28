import { join, posix } from 'node:path';
import { type AnnotationFile, annotationFiles } from './annotation-files.js';
import { readAnnotations } from './coco-annotations.js';
import { type CocoImage, indexCoco } from './coco-index.js';
import { digestFiles, digestWith, filesIn, foldersIn, imageName, parseDataJson, readBytes } from './data-files.js';
import { joinListings, type Listing } from './dataset-format.js';
import { type LabelledImage, notesOf } from './labelled-image.js';
import { listLocated } from './locate-images.js';
import type { ReadObjects } from './read-objects.js';
import { type Picture, readSizedPicture } from './read-picture.js';
import { splitOf } from './splits.js';

export interface CocoFile {
  /** Inside the data set's folder. */
  readonly file: string;
  /** What may be called after a split, the likeliest first. */
  readonly places: readonly string[];
  /** Where its images may be, the likeliest first, inside the data set's folder. */
  readonly imageFolders: readonly string[];
}

const EXPORT = '_annotations.coco.json';
/** What Label Studio calls its COCO export, beside the folder of images. */
const RESULT = 'result.json';

/** The instance files of a COCO folder, from names alone. */
export async function findCocoFiles(folder: string): Promise<readonly CocoFile[]> {
  const published = (await filesIn(join(folder, 'annotations'))).filter((file) => /^instances_.*\.json$/.test(file));
  if (published.length > 0) {
    return published.map((file) => {
      const part = file.slice('instances_'.length, -'.json'.length);
      return {
        file: join('annotations', file),
        places: [part],
        imageFolders: [part, join('images', part), 'images', '.'],
      };
    });
  }
  const found: CocoFile[] = [];
  for (const part of await foldersIn(folder)) {
    if (!(await filesIn(join(folder, part))).includes(EXPORT)) continue;
    found.push({ file: join(part, EXPORT), places: [part], imageFolders: [part] });
  }
  if (found.length === 0) {
    const names = await filesIn(folder);
    if (names.includes(RESULT) && names.includes('images')) {
      found.push({ file: RESULT, places: [], imageFolders: ['.', 'images'] });
    }
  }
  return found;
}

/** Files of any name that begin as COCO's instances do: as FiftyOne, labelme2coco and scripts call them. */
export async function guessCocoFiles(folder: string): Promise<readonly CocoFile[]> {
  const files = await annotationFiles(
    folder,
    '.json',
    (text) => /"images"\s*:\s*\[\s*\{/.test(text) && /"file_name"\s*:/.test(text) && !/"segments_info"\s*:/.test(text),
  );
  return files.map((file) => cocoFile(file, /^instances_/));
}

/** A file of the panoptic task begins as others do, and says what it is in its name or soon after. */
export async function findPanopticFiles(folder: string): Promise<readonly CocoFile[]> {
  const files = await annotationFiles(
    folder,
    '.json',
    (text, name) =>
      /"(images|annotations)"\s*:\s*\[/.test(text) && (/panoptic/i.test(name) || /"segments_info"\s*:/.test(text)),
  );
  return files.map((file) => cocoFile(file, /_?panoptic_?/i));
}

/** @param kind what a name has beside that of the folder of images */
function cocoFile({ file, part, imageFolders }: AnnotationFile, kind: RegExp): CocoFile {
  const name = imageName(file.slice(file.lastIndexOf('/') + 1)).replace(kind, '');
  return {
    file,
    places: [name, part],
    imageFolders: [...new Set([name, join('images', name), ...imageFolders, 'data'])],
  };
}

/** How the annotations of one image are read. */
export interface CocoReader {
  /** What the owner of the file may not expect of how it is read. */
  readonly notes?: readonly string[];
  /** Files beside the annotations that they stand for. */
  files?(annotations: readonly unknown[]): Promise<readonly string[]>;
  /** @param label names the file and the image in what is said of them */
  read(
    annotations: readonly unknown[],
    picture: Picture,
    label: string,
  ): Promise<ReadObjects & Pick<LabelledImage, 'note'>>;
}

const INSTANCES: CocoReader = { read: readAnnotations };

/** Every image of the files, with the annotations that they have for it. */
export async function listCoco(
  folder: string,
  files: readonly CocoFile[],
  readerOf: (file: CocoFile, categories: readonly unknown[]) => CocoReader = () => INSTANCES,
): Promise<Listing> {
  const listings: Listing[] = [];
  for (const cocoFile of files) {
    const { file, places, imageFolders } = cocoFile;
    const path = join(folder, file);
    const { images, categories, faults, notes } = await indexCoco(path);
    const reader = readerOf(cocoFile, categories);
    const named = images.map(({ fileName }) => [fileName]);
    const listing = await listLocated(folder, imageFolders, named, path, (place, i) => {
      const [image, picture] = [images[i] as CocoImage, join(folder, place.file)];
      return {
        ...place,
        split: splitOf(place.name, ...places, posix.dirname(place.file)),
        digest: async () => {
          const ranges = await readRanges(path, image);
          const others = reader.files && (await digestFiles(await reader.files(parsed(ranges))));
          return digestWith(picture, others === undefined ? ranges : [...ranges, others]);
        },
        load: () => loadImage(picture, path, place.name, image, reader),
      };
    });
    listings.push({ items: [], faults, notes: [...notes, ...(reader.notes ?? [])] }, listing);
  }
  return joinListings(listings);
}

async function loadImage(
  file: string,
  path: string,
  name: string,
  image: CocoImage,
  reader: CocoReader,
): Promise<LabelledImage> {
  const picture = await readSizedPicture(file, image.size, path);
  const read = await reader.read(parsed(await readRanges(path, image)), picture, `${path}, "${image.fileName}"`);
  return { name, ...picture, ...read, ...notesOf(picture.note, read.note) };
}

const parsed = (ranges: readonly Buffer[]): unknown[] => ranges.map((bytes) => parseDataJson(bytes.toString('utf8')));

async function readRanges(path: string, { ranges }: CocoImage): Promise<Buffer[]> {
  const read: Buffer[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const [start = 0, end = 0] = ranges.slice(i, i + 2);
    read.push(await readBytes(path, start, end));
  }
  return read;
}
