import { join } from 'node:path';
import { z } from 'zod';
import { whatIsWrong } from '../../../base/schema-issues.js';
import { DataError } from '../../../errors.js';
import { readAnnotations } from '../coco-annotations.js';
import { digestFiles, filesIn, imageName, isImageFile, readJson } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import { type LabelledImage, notesOf } from '../labelled-image.js';
import { leftOver, lonelyFiles, pairFiles } from '../paired-files.js';
import { readSizedPicture } from '../read-picture.js';
import { splitByName } from '../splits.js';

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

  // ADE20K has a .json of another kind beside every image.
  yieldsTo: ['labelme', 'ade20k'],

  async recognise(folder) {
    const files = await filesIn(folder);
    const [images, jsons] = [files.filter(isImageFile), files.filter((file) => /\.json$/i.test(file))];
    const pairs = pairFiles(images, jsons);
    if (pairs.size === 0) return undefined;
    const items = [...pairs].map(([image, json]): DatasetItem => {
      const [name, imagePath, masksPath] = [imageName(image), join(folder, image), join(folder, json)];
      return {
        ...{ name, file: image, split: splitByName(name) },
        digest: () => digestFiles([imagePath, masksPath]),
        load: () => load(name, imagePath, masksPath),
      };
    });
    const faults = lonelyFiles(leftOver(pairs, images, jsons), [folder, folder], 'annotation');
    return async () => ({ items, faults });
  },
});

async function load(name: string, imagePath: string, masksPath: string): Promise<LabelledImage> {
  const { image, annotations } = await readFile(masksPath);
  const picture = await readSizedPicture(imagePath, image, masksPath);
  // Numbers of annotations run over the whole set; the position is as good and never doubled.
  const numbered = annotations.map((annotation, i) =>
    typeof annotation === 'object' ? { ...annotation, id: i + 1 } : annotation,
  );
  const read = await readAnnotations(numbered, picture, masksPath);
  return { name, ...picture, ...read, ...notesOf(picture.note, read.note) };
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
