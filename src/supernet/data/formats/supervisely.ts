import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { z } from 'zod';
import { DataError } from '../../../errors.js';
import { readAnnotationFile } from '../annotation-files.js';
import { digestFiles, filesUnder, foldersIn, imageName, isImageFile, partsHolding } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat, joinListings, type Listing } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { readCoordinates, readOutline } from '../outlines.js';
import { leftOver, lonelyFiles, pairFiles } from '../paired-files.js';
import { isPng } from '../png-samples.js';
import { noMask, type ObjectMask, type ObjectSource, readObjects } from '../read-objects.js';
import { type ImageSize, readSizedPicture } from '../read-picture.js';
import { pngMask, ringMask } from '../shape-masks.js';
import { splitOf } from '../splits.js';

/** As Supervisely and Dataset Ninja keep a project: a folder a data set, with img/ and ann/ in it. */
export default defineDatasetFormat({
  name: 'supervisely',
  looks: "img/ and ann/ with a .json for every image (Supervisely), or both in each of a project's folders",

  async recognise(folder) {
    const found = await partsHolding(folder, await foldersIn(folder), ['img', 'ann']);
    if (found.length === 0) return undefined;
    return async () => joinListings(await Promise.all(found.map((part) => list(folder, part))));
  },
});

async function list(folder: string, part: string): Promise<Listing> {
  const [inImages, inAnnotations] = [posix.join(part, 'img'), posix.join(part, 'ann')];
  const images = (await filesUnder(join(folder, inImages))).filter(isImageFile);
  const jsons = (await filesUnder(join(folder, inAnnotations))).filter((file) => file.endsWith('.json'));
  const pairs = pairFiles(images, jsons);
  const items = [...pairs].map(([file, json]): DatasetItem => {
    const [name, image, annotation] = [
      imageName(file),
      join(folder, inImages, file),
      join(folder, inAnnotations, json),
    ];
    return {
      ...{ name, file: posix.join(inImages, file) },
      split: splitOf(name, part),
      digest: () => digestFiles([image, annotation]),
      load: () => load(name, image, annotation),
    };
  });
  const left = leftOver(pairs, images, jsons);
  return { items, faults: lonelyFiles(left, [join(folder, inImages), join(folder, inAnnotations)], 'annotation') };
}

const ring = z.unknown().transform(readOutline).pipe(z.array(z.number()));
const drawn = z.object({
  id: z.unknown().optional(),
  geometryType: z.string().nullish(),
  bitmap: z.object({ data: z.string(), origin: z.unknown() }).nullish(),
  points: z.object({ exterior: ring, interior: z.array(ring).nullish() }).nullish(),
});
const file = z.object({
  size: z.object({ width: z.int().positive(), height: z.int().positive() }),
  objects: z.array(z.unknown()),
});

async function load(name: string, image: string, annotation: string): Promise<LabelledImage> {
  const { data } = file.safeParse(await readAnnotationFile(annotation));
  if (data === undefined) {
    throw new DataError('DATA_ANNOTATION', `${annotation} holds no size and objects of an image`, {
      remedy: 'export the project again or take the image out',
    });
  }
  const picture = await readSizedPicture(image, data.size, annotation);
  const sources = data.objects.map((entry) => sourceOf(entry, picture));
  return { name, ...picture, ...(await readObjects(sources, picture, annotation)) };
}

function sourceOf(entry: unknown, image: ImageSize): ObjectSource {
  const { data } = drawn.safeParse(entry);
  if (data === undefined) return { mask: () => Promise.reject(noMask('is no shape')) };
  const { id, geometryType, bitmap, points: rings } = data;
  const kind = geometryType ?? (bitmap ? 'bitmap' : 'polygon');
  const mask = async (): Promise<ObjectMask> => {
    if ((kind === 'bitmap' || kind === 'alpha_mask') && bitmap) {
      const [left, top, ...more] = readCoordinates(bitmap.origin) ?? [];
      if (left === undefined || top === undefined || more.length > 0) throw noMask(`is a ${kind} without its origin`);
      return pngMask(await unpack(bitmap.data), left, top, image);
    }
    if (kind === 'polygon' && rings) {
      return ringMask(rings.exterior, rings.interior ?? [], image);
    }
    const isArea = kind === 'bitmap' || kind === 'alpha_mask' || kind === 'polygon';
    throw noMask(isArea ? `is a ${kind} without its pixels or points` : `is a ${kind}, which is no mask`);
  };
  return { id, mask };
}

/** A bitmap of a large picture has less bytes packed. */
const PNG_BYTES = 2 ** 26;

/** A PNG, deflated once more, as base64; other programs leave the deflating out. */
async function unpack(text: string): Promise<Buffer> {
  const bytes = Buffer.from(text, 'base64');
  if (isPng(bytes)) return bytes;
  const options = { maxOutputLength: PNG_BYTES };
  return promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate)(bytes, options).catch(() => {
    throw noMask('has a bitmap that cannot be unpacked');
  });
}
