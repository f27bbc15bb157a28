import { join, posix } from 'node:path';
import { filesIn, foldersIn, imageName, isImageFile } from '../data-files.js';
import { defineDatasetFormat } from '../dataset-format.js';
import { isLabelMe, labelMeItem } from '../labelme-files.js';
import { ANYWHERE, leftOver, lonelyFiles, pairFiles } from '../paired-files.js';
import { splitOf } from '../splits.js';

/** LabelMe's files in the folders inside a folder: beside their images, or in a folder of their own, under the images' names. */
export default defineDatasetFormat({
  name: 'labelme-apart',
  looks: 'LabelMe .json in train/, val/, … beside the images; or in a folder beside that of the images',
  yieldsTo: 'others',

  async recognise(folder) {
    const [images, jsons]: [string[], string[]] = [[], []];
    for (const part of await foldersIn(folder)) {
      const files = (await filesIn(join(folder, part))).map((file) => posix.join(part, file));
      const own = files.filter((file) => /\.json$/i.test(file));
      if (await isOneOf(folder, own.slice(0, LOOKED_AT))) jsons.push(...own);
      images.push(...files.filter(isImageFile));
    }
    const pairs = pairFiles(images, jsons, ANYWHERE);
    if (pairs.size === 0) return undefined;
    const items = [...pairs].map(([image, json]) => {
      const split = splitOf(imageName(image), posix.dirname(image), posix.dirname(json));
      return labelMeItem(folder, image, json, split);
    });
    const places = new Set([...pairs.keys()].map((image) => posix.dirname(image)));
    const besides = images.filter((image) => places.has(posix.dirname(image)));
    const faults = lonelyFiles(leftOver(pairs, besides, jsons), [folder, folder], 'annotation');
    return async () => ({ items, faults });
  },
});

/** Files of a folder that are looked into. */
const LOOKED_AT = 20;

async function isOneOf(folder: string, files: readonly string[]): Promise<boolean> {
  for (const file of files) if (await isLabelMe(join(folder, file))) return true;
  return false;
}
