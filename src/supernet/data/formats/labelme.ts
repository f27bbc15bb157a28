import { join } from 'node:path';
import { filesIn, imageName, isImageFile, withoutOther } from '../data-files.js';
import { defineDatasetFormat } from '../dataset-format.js';
import { isLabelMe, labelMeItem } from '../labelme-files.js';
import { pairFiles } from '../paired-files.js';
import { splitByName } from '../splits.js';

/** As LabelMe writes it: beside every image a JSON file of the same name with the shapes drawn on it. */
export default defineDatasetFormat({
  name: 'labelme',
  looks: 'images with a LabelMe .json of the same name beside each',

  async recognise(folder) {
    const files = await filesIn(folder);
    const images = files.filter(isImageFile);
    const found = new Map<string, string>();
    for (const [image, json] of pairFiles(images, files.filter(isJson))) {
      if (await isLabelMe(join(folder, json))) found.set(image, json);
    }
    if (found.size === 0) return undefined;
    const items = [...found].map(([image, json]) => labelMeItem(folder, image, json, splitByName(imageName(image))));
    const lonely = images.filter((image) => !found.has(image));
    const faults = lonely.map((image) => withoutOther(join(folder, image), 'annotation'));
    return async () => ({ items, faults });
  },
});

const isJson = (file: string): boolean => /\.json$/i.test(file);
