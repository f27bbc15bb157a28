import { join } from 'node:path';
import { beginning, filesIn, foldersIn } from './data-files.js';
import type { DatasetFormat } from './dataset-format.js';

/** A layout that is known and not read. */
interface OtherLayout {
  readonly isOne: (names: readonly string[], folder: string) => boolean | Promise<boolean>;
  readonly advice: string;
}

const has = (...wanted: readonly string[]) => ({
  isOne: (names: readonly string[]) => wanted.every((name) => names.includes(name)),
});
const ends = (ending: RegExp) => ({ isOne: (names: readonly string[]) => names.some((name) => ending.test(name)) });

const LABEL_MAPS = 'label maps in masks/ (grey PNG, 0 is background, every object a value of its own) beside images/';

const LAYOUTS: readonly OtherLayout[] = [
  {
    ...has('JPEGImages', 'SegmentationObject'),
    advice: `Pascal VOC: keep SegmentationObject as masks/, with 0 in place of the border's 255, beside its images in images/`,
  },
  { ...has('JPEGImages', 'Annotations'), advice: 'Pascal VOC with boxes alone, which are no masks' },
  { ...has('leftImg8bit', 'gtFine'), advice: `Cityscapes: make ${LABEL_MAPS} from its *_instanceIds.png` },
  { ...has('imagesTr', 'labelsTr'), advice: `nnU-Net: save slices as pictures, and ${LABEL_MAPS}` },
  { ...ends(/\.tfrecords?(-|$)/), advice: 'TFRecord: convert it into COCO instances' },
  {
    ...ends(/\.(h5|hdf5|npz|npy|zarr|nii(\.gz)?|mat)$/),
    advice: `arrays: save every image as PNG or TIFF, and ${LABEL_MAPS}`,
  },
  { ...ends(/\.ndjson$/), advice: 'Labelbox or another export of one object a line: export COCO instances' },
  { ...ends(/\.(zip|tar|tgz|gz|7z|rar)$/), advice: 'packed: unpack it and give the folder' },
  {
    isOne: async (names, folder) => {
      for (const name of names.filter((file) => file.endsWith('.json')).slice(0, 20)) {
        if (/^\s*\{\s*"project"\s*:\s*\{\s*"pid"/.test(await beginning(join(folder, name)))) return true;
      }
      return false;
    },
    advice: 'a project of VIA 3: draw regions of images in VIA 2, or export COCO instances',
  },
];

/** Folders that are looked into. */
const FOLDERS = 50;

/** What a folder of no format may be, with the way to use it; undefined for what nobody knows. */
export async function adviceFor(folder: string, formats: readonly DatasetFormat[]): Promise<string | undefined> {
  const names = await filesIn(folder);
  for (const { isOne, advice } of LAYOUTS) if (await isOne(names, folder)) return `it looks like ${advice}`;
  for (const inside of (await foldersIn(folder)).slice(1, FOLDERS)) {
    for (const { name, recognises } of formats) {
      if (await recognises(join(folder, inside)))
        return `${join(folder, inside)} is of the format ${name}: give that folder`;
    }
  }
  return undefined;
}
