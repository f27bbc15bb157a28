import { join } from 'node:path';
import { z } from 'zod';
import { whatIsWrong } from '../../../base/schema-issues.js';
import { DataError } from '../../../errors.js';
import { readAnnotations } from '../coco-annotations.js';
import { digestFiles, filesIn, imageName, isImageFile, readJson, withoutOther } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import type { LabelledImage } from '../labelled-image.js';
import { readSizedPicture } from '../read-picture.js';
import { splitByName } from '../splits.js';
import { labelMeFiles } from './labelme.js';

const file = z.object({
  image: z.object({ width: z.int().positive(), height: z.int().positive() }).optional(),
  annotations: z.array(z.unknown()),
});
/** What SAM's own generator of masks gives, saved as it is. */
const masksAlone = z.array(z.object({ segmentation: z.unknown() })).transform((annotations) => ({ annotations }));

/** As Meta publishes SA-1B: beside every image a JSON file of the same name with its masks as run lengths. */
export default defineDatasetFormat({
  name: 'sa-1b',
  looks: 'images with a .json of the same name beside each (sa_1.jpg, sa_1.json)',

  async recognises(folder) {
    const files = await filesIn(folder);
    const annotated = new Set(files.filter((file) => file.endsWith('.json')).map(imageName));
    if (!files.some((image) => isImageFile(image) && annotated.has(imageName(image)))) return false;
    return (await labelMeFiles(folder)).length === 0;
  },

  async list(folder) {
    const files = await filesIn(folder);
    const images = new Map(files.filter(isImageFile).map((image) => [imageName(image), image]));
    const items: DatasetItem[] = [];
    const faults: DataError[] = [];
    const fault = (lonely: string, lacks: string) => faults.push(withoutOther(join(folder, lonely), lacks));
    for (const json of files.filter((name) => name.endsWith('.json'))) {
      const name = imageName(json);
      const image = images.get(name);
      images.delete(name);
      if (image === undefined) {
        fault(json, 'image');
        continue;
      }
      const [imagePath, masksPath] = [join(folder, image), join(folder, json)];
      items.push({
        name,
        file: image,
        split: splitByName(name),
        digest: () => digestFiles([imagePath, masksPath]),
        load: () => load(name, imagePath, masksPath),
      });
    }
    for (const image of images.values()) fault(image, 'annotation');
    return { items, faults };
  },
});

async function load(name: string, imagePath: string, masksPath: string): Promise<LabelledImage> {
  const { image, annotations } = await readFile(masksPath);
  const picture = await readSizedPicture(imagePath, image, masksPath);
  // Numbers of annotations run over the whole set; the position is as good and never doubled.
  const numbered = annotations.map((annotation, i) =>
    typeof annotation === 'object' ? { ...annotation, id: i + 1 } : annotation,
  );
  return { name, ...picture, ...(await readAnnotations(numbered, picture, masksPath)) };
}

async function readFile(path: string): Promise<z.infer<typeof file>> {
  try {
    const content = await readJson(path);
    return Array.isArray(content) ? { ...masksAlone.parse(content), image: undefined } : file.parse(content);
  } catch (cause) {
    throw new DataError('DATA_ANNOTATION', `${path} holds no masks of an image: ${whatIsWrong(cause)}`, {
      cause,
      remedy: 'copy the file again or take the image out',
    });
  }
}
