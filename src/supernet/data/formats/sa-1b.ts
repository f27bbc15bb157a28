import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../../errors.js';
import { cocoObject, segmentation } from '../coco-object.js';
import { digestFiles, filesIn, imageName, isImageFile } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { readPicture } from '../read-picture.js';
import { splitByName } from '../splits.js';

const annotations = z.object({
  image: z.object({ width: z.int().positive(), height: z.int().positive() }),
  annotations: z.array(z.object({ id: z.int().optional(), segmentation })),
});

/** The largest files of SA-1B have a few megabytes. */
const ANNOTATION_BYTES = 2 ** 26;

/** As Meta publishes SA-1B: beside every image a JSON file of the same name with its masks as run lengths. */
export default defineDatasetFormat({
  name: 'sa-1b',
  looks: 'images with a .json of the same name beside each (sa_1.jpg, sa_1.json)',

  async recognises(folder) {
    const files = await filesIn(folder);
    const annotated = new Set(files.filter((file) => file.endsWith('.json')).map(imageName));
    return files.some((file) => isImageFile(file) && annotated.has(imageName(file)));
  },

  async list(folder) {
    const files = await filesIn(folder);
    const images = new Map(files.filter(isImageFile).map((file) => [imageName(file), file]));
    const items: DatasetItem[] = [];
    const faults: DataError[] = [];
    const fault = (file: string, lacks: string) =>
      faults.push(
        new DataError('DATA_UNPAIRED', `${join(folder, file)} has no ${lacks} of the same name`, {
          remedy: `add the ${lacks} or take the file out`,
        }),
      );
    for (const file of files.filter((name) => name.endsWith('.json'))) {
      const name = imageName(file);
      const image = images.get(name);
      images.delete(name);
      if (image === undefined) {
        fault(file, 'image');
        continue;
      }
      const [imagePath, masksPath] = [join(folder, image), join(folder, file)];
      items.push({
        name,
        split: splitByName(name),
        digest: () => digestFiles([imagePath, masksPath]),
        load: () => load(name, imagePath, masksPath),
      });
    }
    for (const file of images.values()) fault(file, 'annotation');
    return { items, faults };
  },
});

async function load(name: string, imagePath: string, masksPath: string): Promise<LabelledImage> {
  const { image, annotations: masks } = await readAnnotations(masksPath);
  const picture = await readPicture(imagePath);
  const { width, height } = picture;
  if (image.width !== width || image.height !== height) {
    throw new DataError(
      'DATA_SIZE',
      `${masksPath} is for ${image.width}x${image.height}, its image ${width}x${height}`,
      {
        remedy: 'use the masks and the image of one release',
      },
    );
  }
  const objects = masks.flatMap((mask, i) => {
    try {
      // Numbers of annotations run over the whole set; the position is as good and never doubled.
      return cocoObject(i + 1, mask.segmentation, width, height) ?? [];
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      throw new DataError(error.code, `${masksPath}, annotation ${i}: ${error.message}`, { cause: error });
    }
  });
  return { name, ...picture, objects };
}

async function readAnnotations(path: string): Promise<z.infer<typeof annotations>> {
  try {
    const { size } = await stat(path);
    if (size > ANNOTATION_BYTES) throw new Error(`it has ${size} bytes, too many for one image`);
    return annotations.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const what = issue === undefined ? (cause as Error).message : `${issue.path.join('.')}: ${issue.message}`;
    throw new DataError('DATA_ANNOTATION', `${path} holds no masks of an image: ${what}`, {
      cause,
      remedy: 'copy the file again or take the image out',
    });
  }
}
