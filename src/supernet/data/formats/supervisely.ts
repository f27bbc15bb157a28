import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { z } from 'zod';
import { DataError } from '../../../errors.js';
import { readAnnotationFile } from '../annotation-files.js';
import { digestFiles, filesIn, filesUnder, foldersIn, imageName, isImageFile, withoutOther } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { noMask, type ObjectMask, type ObjectSource, readObjects } from '../read-objects.js';
import { type ImageSize, readSizedPicture } from '../read-picture.js';
import { pngMask, ringMask } from '../shape-masks.js';
import { splitByName, splitIn } from '../splits.js';

/** As Supervisely and Dataset Ninja keep a project: a folder a data set, with img/ and ann/ in it. */
export default defineDatasetFormat({
  name: 'supervisely',
  looks: "img/ and ann/ with a .json for every image (Supervisely), or both in each of a project's folders",

  recognises: async (folder) => (await parts(folder)).length > 0,

  async list(folder) {
    const items: DatasetItem[] = [];
    const faults: DataError[] = [];
    for (const part of await parts(folder)) {
      const annotations = new Set(await filesUnder(join(folder, part, 'ann')));
      for (const file of (await filesUnder(join(folder, part, 'img'))).filter(isImageFile)) {
        const name = imageName(file);
        const image = join(folder, part, 'img', file);
        // The older of the two ways to name it leaves the picture's ending out.
        const own = [`${file}.json`, `${name}.json`].find((json) => annotations.delete(json));
        if (own === undefined) {
          faults.push(withoutOther(image, 'annotation'));
          continue;
        }
        const annotation = join(folder, part, 'ann', own);
        items.push({
          name,
          file: posix.join(part, 'img', file),
          split: splitIn(part) ?? splitByName(name),
          digest: () => digestFiles([image, annotation]),
          load: () => load(name, image, annotation),
        });
      }
      for (const json of [...annotations].filter((file) => file.endsWith('.json'))) {
        faults.push(withoutOther(join(folder, part, 'ann', json), 'image'));
      }
    }
    return { items, faults };
  },
});

async function parts(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const part of await foldersIn(folder)) {
    const inside = await filesIn(join(folder, part));
    if (inside.includes('img') && inside.includes('ann')) found.push(part);
  }
  return found;
}

const points = z.array(z.tuple([z.number(), z.number()]));
const drawn = z.object({
  id: z.unknown().optional(),
  geometryType: z.string().nullish(),
  points: z.object({ exterior: points, interior: z.array(points).nullish() }).nullish(),
  bitmap: z.object({ data: z.string(), origin: z.tuple([z.number(), z.number()]) }).nullish(),
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
      const [left, top] = bitmap.origin;
      return pngMask(await unpack(bitmap.data), left, top, image);
    }
    if (kind === 'polygon' && rings) {
      const holes = (rings.interior ?? []).map((ring) => ring.flat());
      return ringMask(rings.exterior.flat(), holes, image);
    }
    throw noMask(`is a ${kind}, which is no mask`);
  };
  return { id, mask };
}

/** A bitmap of a large picture has less bytes packed. */
const PNG_BYTES = 2 ** 26;

/** A PNG, deflated once more, as base64. */
async function unpack(text: string): Promise<Buffer> {
  const options = { maxOutputLength: PNG_BYTES };
  return promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate)(Buffer.from(text, 'base64'), options).catch(
    () => {
      throw noMask('has a bitmap that cannot be unpacked');
    },
  );
}
