import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { DataError } from '../../../errors.js';
import { filesUnder, imageName, isImageFile, requireFile } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import { labelMapItem } from '../label-map-files.js';
import { leftOver, lonelyFiles, pairFiles } from '../paired-files.js';
import { readPngSamples } from '../png-samples.js';
import type { LabelMap } from '../read-label-map.js';
import { unreadable } from '../read-picture.js';
import { splitOf } from '../splits.js';

const IMAGE = /^ADE_\w+\.jpe?g$/i;
const MASK = /^ADE_\w+_seg\.png$/i;

/** ADE20K: colour pictures of which the blue is the object's number; red and green are its class. */
export default defineDatasetFormat({
  name: 'ade20k',
  looks: 'ADE_X.jpg and ADE_X_seg.png, anywhere in the folder',

  async recognise(folder) {
    const files = await filesUnder(folder);
    const [images, masks] = [
      files.filter((file) => IMAGE.test(posix.basename(file)) && isImageFile(file)),
      files.filter((file) => MASK.test(posix.basename(file))),
    ];
    const scene = (path: string) => posix.basename(imageName(path)).replace(/_seg$/, '');
    const pairs = pairFiles(images, masks, [[scene, scene]]);
    if (pairs.size === 0) return undefined;
    return async (options) => ({
      items: [...pairs].map(([image, mask]): DatasetItem => {
        const name = imageName(image);
        // The folders are called training and validation.
        const split = splitOf(name, posix.dirname(image), posix.basename(name));
        return labelMapItem(folder, { name, image, mask, split, read: readInstances }, options);
      }),
      faults: lonelyFiles(leftOver(pairs, images, masks), [folder, folder], 'mask'),
      notes: ['every object of its masks is one, walls and sky as well; parts of objects are not read'],
    });
  },
});

async function readInstances(path: string): Promise<LabelMap> {
  await requireFile(path);
  const stored = await readPngSamples(await readFile(path)).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const { width, height, channels, samples } = stored;
  if (channels < 3) {
    throw new DataError('DATA_MASK', `${path} is no colour picture, as ADE20K's masks are`, {
      remedy: "give ADE20K's own files, or label maps in masks/ beside images/",
    });
  }
  return {
    width,
    height,
    labels: Uint16Array.from({ length: width * height }, (_, i) => samples[i * channels + 2] as number),
  };
}
