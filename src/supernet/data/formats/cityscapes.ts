import { posix } from 'node:path';
import { filesUnder, imageName, isImageFile } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import { labelMapItem } from '../label-map-files.js';
import { leftOver, lonelyFiles, pairFiles } from '../paired-files.js';
import { type LabelMap, readLabelMap } from '../read-label-map.js';
import { splitOf } from '../splits.js';

const IMAGE = /_leftImg8bit\.\w+$/;
const MASK = /_gt(?:Fine|Coarse)_instanceIds\.png$/;

/** Cityscapes' instances: pictures of numbers that are class * 1000 + number, or the class alone where nothing is counted. */
export default defineDatasetFormat({
  name: 'cityscapes',
  looks: 'X_leftImg8bit.png and X_gtFine_instanceIds.png, anywhere in the folder',

  async recognise(folder) {
    const files = await filesUnder(folder);
    const [images, masks] = [
      files.filter((file) => IMAGE.test(file) && isImageFile(file)),
      files.filter((file) => MASK.test(file)),
    ];
    const pairs = pairFiles(images, masks, [[sceneOf(IMAGE), sceneOf(MASK)]]);
    if (pairs.size === 0) return undefined;
    return async (options) => ({
      items: [...pairs].map(([image, mask]): DatasetItem => {
        const name = imageName(image);
        const split = splitOf(name, posix.dirname(image), posix.dirname(mask));
        return labelMapItem(folder, { name, image, mask, split, read: readInstances }, options);
      }),
      faults: lonelyFiles(leftOver(pairs, images, masks), [folder, folder], 'mask'),
      notes: ['what is not counted in its masks (road, sky, groups: numbers below 1000) is background'],
    });
  },
});

/** What both files of a scene have in their names, whatever folders they lie in. */
const sceneOf =
  (ending: RegExp) =>
  (path: string): string =>
    posix.basename(path).replace(ending, '');

/** Numbers from here on are objects. */
const COUNTED = 1000;

async function readInstances(path: string): Promise<LabelMap> {
  const { width, height, labels } = await readLabelMap(path);
  return { width, height, labels: labels.map((label) => (label < COUNTED ? 0 : label)) };
}
