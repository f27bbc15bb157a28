import { join } from 'node:path';
import { annotationFiles } from './annotation-files.js';
import { readAnnotations } from './coco-annotations.js';
import { type CocoImage, indexCoco } from './coco-index.js';
import { digestWith, filesIn, foldersIn, imageName, parseDataJson, readBytes } from './data-files.js';
import { joinListings, type Listing } from './dataset-format.js';
import { type LabelledImage, notesOf } from './labelled-image.js';
import { listLocated } from './locate-images.js';
import { readSizedPicture } from './read-picture.js';
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
  return files.map(({ file, part, imageFolders }) => {
    const name = imageName(file.slice(file.lastIndexOf('/') + 1)).replace(/^instances_/, '');
    return {
      file,
      places: [name, part],
      imageFolders: [...new Set([name, join('images', name), ...imageFolders, 'data'])],
    };
  });
}

/** Every image of the files, with the annotations that they have for it. */
export async function listCoco(folder: string, files: readonly CocoFile[]): Promise<Listing> {
  const listings: Listing[] = [];
  for (const { file, places, imageFolders } of files) {
    const path = join(folder, file);
    const { images, ...rest } = await indexCoco(path);
    const named = images.map(({ fileName }) => [fileName]);
    const listing = await listLocated(folder, imageFolders, named, path, (place, i) => {
      const [image, picture] = [images[i] as CocoImage, join(folder, place.file)];
      return {
        ...place,
        split: splitOf(place.name, ...places),
        digest: async () => digestWith(picture, await readRanges(path, image)),
        load: () => loadImage(picture, path, place.name, image),
      };
    });
    listings.push({ items: [], ...rest }, listing);
  }
  return joinListings(listings);
}

async function loadImage(file: string, path: string, name: string, image: CocoImage): Promise<LabelledImage> {
  const picture = await readSizedPicture(file, image.size, path);
  const annotations = (await readRanges(path, image)).map((bytes) => parseDataJson(bytes.toString('utf8')));
  const read = await readAnnotations(annotations, picture, `${path}, "${image.fileName}"`);
  return { name, ...picture, ...read, ...notesOf(picture.note, read.note) };
}

async function readRanges(path: string, { ranges }: CocoImage): Promise<Buffer[]> {
  const read: Buffer[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const [start = 0, end = 0] = ranges.slice(i, i + 2);
    read.push(await readBytes(path, start, end));
  }
  return read;
}
