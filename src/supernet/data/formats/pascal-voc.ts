import { join, posix } from 'node:path';
import { isFile } from '../../../base/files.js';
import { DataError } from '../../../errors.js';
import {
  filesUnder,
  foldersIn,
  imageName,
  isImageFile,
  linesOf,
  readBoundedText,
  withoutOther,
} from '../data-files.js';
import {
  type DatasetItem,
  defineDatasetFormat,
  type Listing,
  type ReadingOptions,
  SPLITS,
  type Split,
} from '../dataset-format.js';
import { labelMapItem } from '../label-map-files.js';
import { leftOver, pairFiles } from '../paired-files.js';
import { splitByName } from '../splits.js';

const [IMAGES, MASKS, LISTS] = ['JPEGImages', 'SegmentationObject', 'ImageSets/Segmentation'];

/** As Pascal VOC keeps it and others export it: most images have no mask, and lists say which are for what. */
export default defineDatasetFormat({
  name: 'pascal-voc',
  looks: `${IMAGES}/ and ${MASKS}/ with files of the same names; ${LISTS}/train.txt, val.txt and test.txt say the splits`,

  async recognise(folder) {
    const names = await foldersIn(folder);
    return names.includes(IMAGES) && names.includes(MASKS) ? (options) => list(folder, options) : undefined;
  },
});

async function list(folder: string, options: ReadingOptions): Promise<Listing> {
  const images = (await filesUnder(join(folder, IMAGES))).filter(isImageFile);
  const masks = (await filesUnder(join(folder, MASKS))).filter(isImageFile);
  const pairs = pairFiles(images, masks);
  const { splits, faults } = await readLists(join(folder, LISTS));
  const items: DatasetItem[] = [];
  let unlisted = 0;
  for (const [image, mask] of pairs) {
    const name = imageName(image);
    const split = splits.size === 0 ? splitByName(name) : splits.get(name);
    if (split === undefined) {
      unlisted++;
      continue;
    }
    const files = { name, split, image: posix.join(IMAGES, image), mask: posix.join(MASKS, mask), isVocLayout: true };
    items.push(labelMapItem(folder, files, options));
  }
  const names = new Set(items.map(({ name }) => name));
  const maskless = [...splits.keys()].filter((name) => !names.has(name)).length;
  return {
    items,
    faults: [
      ...faults,
      ...leftOver(pairs, images, masks).others.map((mask) => withoutOther(join(folder, MASKS, mask), 'image')),
    ],
    notes: [
      ...(unlisted > 0 ? [`${unlisted} masks are of images that no list of ${LISTS} names, and are not used`] : []),
      ...(maskless > 0 ? [`${maskless} images that lists of ${LISTS} name have no mask, and are not used`] : []),
    ],
  };
}

/** An image a line. Beside the lists of the splits stands one of two of them together. */
async function readLists(folder: string) {
  const splits = new Map<string, Split>();
  const faults: DataError[] = [];
  for (const split of SPLITS) {
    const path = join(folder, `${split}.txt`);
    if (!(await isFile(path))) continue;
    for (const line of linesOf(await readBoundedText(path))) {
      const [name] = line.trim().split(/\s/) as [string];
      const before = splits.get(name);
      if (before !== undefined && before !== split) {
        const message = `${path} names "${name}", which ${before}.txt names too`;
        faults.push(new DataError('DATA_SPLIT', message, { remedy: 'take it out of one of them' }));
      } else if (name !== '') splits.set(name, split);
    }
  }
  return { splits, faults };
}
