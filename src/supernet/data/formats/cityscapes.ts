import { posix } from 'node:path';
import { type LabelMap, readLabelMap } from '../read-label-map.js';
import { defineSceneFormat } from '../scene-files.js';

/** Cityscapes' instances: pictures of numbers that are class * 1000 + number, or the class alone where nothing is counted. */
export default defineSceneFormat({
  name: 'cityscapes',
  looks: 'X_leftImg8bit.png and X_gtFine_instanceIds.png, anywhere in the folder',
  image: /^(.*)_leftImg8bit\.\w+$/,
  mask: /^(.*)_gt(?:Fine|Coarse)_instanceIds\.png$/,
  note: 'what is not counted in its masks (road, sky, groups: numbers below 1000) is background',
  places: (image, mask) => [posix.dirname(image), posix.dirname(mask)],
  read: readInstances,
});

/** Numbers from here on are objects. */
const COUNTED = 1000;

async function readInstances(path: string): Promise<LabelMap> {
  const { width, height, labels } = await readLabelMap(path);
  return { width, height, labels: labels.map((label) => (label < COUNTED ? 0 : label)) };
}
