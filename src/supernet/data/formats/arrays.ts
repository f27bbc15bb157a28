import { join, posix } from 'node:path';
import type { DataError } from '../../../errors.js';
import { arrayMaskItem } from '../array-mask-files.js';
import { filesIn, foldersIn, imageName, isImageFile, withoutOther } from '../data-files.js';
import { type DatasetItem, defineDatasetFormat } from '../dataset-format.js';
import { AS_MASKS, leftOver, pairFiles } from '../paired-files.js';
import { isArrayFile } from '../read-array.js';
import { splitOf } from '../splits.js';

/** Images with their masks as arrays of NumPy's beside them, as WGISD's grapes have them; images without one are unlabelled. */
export default defineDatasetFormat({
  name: 'arrays',
  looks: 'images with a .npy or .npz of the same name beside some: labels, or a mask an object in a stack',
  yieldsTo: 'others',

  async recognise(folder) {
    const items: DatasetItem[] = [];
    const faults: DataError[] = [];
    let without = 0;
    for (const part of await foldersIn(folder)) {
      const files = await filesIn(join(folder, part));
      const [images, arrays] = [files.filter(isImageFile), files.filter(isArrayFile)];
      const pairs = pairFiles(images, arrays, AS_MASKS);
      if (pairs.size === 0) continue;
      for (const [image, array] of pairs) {
        const name = posix.join(part, imageName(image));
        const paths = { image: posix.join(part, image), array: posix.join(part, array) };
        items.push(arrayMaskItem(folder, { name, split: splitOf(name, part), ...paths }));
      }
      const left = leftOver(pairs, images, arrays);
      without += left.images.length;
      faults.push(...left.others.map((file) => withoutOther(join(folder, part, file), 'image')));
    }
    if (items.length === 0) return undefined;
    const notes = without === 0 ? [] : [`${without} images have no array beside them, and are not used`];
    return async () => ({ items, faults, notes });
  },
});
