import { join } from 'node:path';
import { beginning, filesIn, filesUnder, foldersIn, imageName, isImageFile, walkOnce } from './data-files.js';
import type { DatasetFormat } from './dataset-format.js';
import { folded, ofMask } from './mask-names.js';

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

const CITYSCAPES = /_gt(Fine|Coarse)_\w+\.(png|json)$/;

const LAYOUTS: readonly OtherLayout[] = [
  {
    ...has('SegmentationObject'),
    advice:
      'masks of CVAT, Datumaro or Pascal VOC without their images: put these into JPEGImages/ beside SegmentationObject/, and give --mask-colours where masks have colours',
  },
  {
    isOne: async (names, folder) =>
      names.includes('JPEGImages') && (await filesUnder(join(folder, 'Annotations'))).some(isImageFile),
    advice: `DAVIS: keep its Annotations as masks/ beside its JPEGImages as images/`,
  },
  { ...has('JPEGImages', 'Annotations'), advice: 'Pascal VOC with boxes alone, which are no masks' },
  {
    isOne: async (names, folder) =>
      names.some((name) => CITYSCAPES.test(name)) ||
      (names.includes('leftImg8bit') && (await filesUnder(folder)).some((file) => CITYSCAPES.test(file))),
    advice:
      'Cityscapes without its *_gtFine_instanceIds.png beside *_leftImg8bit.png: both are in its gtFine and leftImg8bit archives',
  },
  {
    ...has('annotations_instance'),
    advice:
      'the instances of ADE20K as the Places challenge has them: put its annotations_instance/ as masks/ beside images/, and give --mask-colours',
  },
  { ...has('imagesTr', 'labelsTr'), advice: `nnU-Net: save slices as pictures, and ${LABEL_MAPS}` },
  { ...ends(/\.tfrecords?(-|$)/), advice: 'TFRecord: convert it into COCO instances' },
  {
    ...ends(/\.(h5|hdf5|npz|npy|zarr|nii(\.gz)?|mat)$/),
    advice: `arrays: save every image as PNG or TIFF, and ${LABEL_MAPS}`,
  },
  { ...ends(/\.(ndjson|jsonl)$/), advice: 'Labelbox or another export of one object a line: export COCO instances' },
  {
    ...ends(/\.geojson$/),
    advice: `outlines as QuPath writes them: export labelled images there, and keep them as ${LABEL_MAPS}`,
  },
  { ...ends(/\.roi$/), advice: `regions of ImageJ: turn them into a label image there, and keep it as ${LABEL_MAPS}` },
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

/** What a JSON file is whose tool would have it elsewhere or under another name. */
const FILES: readonly (readonly [RegExp, string])[] = [
  [/"shapes"\s*:\s*\[/, "LabelMe's: put it beside its image, both under one name"],
  [
    /"(from_name|original_width)"\s*:/,
    "Label Studio's: export the project as JSON, one file, beside its pictures or images/",
  ],
  [/<annotations>/, "CVAT's: call it annotations.xml and put it beside images/"],
  [/<annotation>/, "Pascal VOC's, whose boxes are no masks; with SegmentationObject/ beside JPEGImages/ they are read"],
  [/"(slots|slot_name|slot_names)"\s*:/, "Darwin's (V7): export COCO instances"],
  [/"data_row"\s*:/, "Labelbox's: export COCO instances"],
  [
    /"(images|annotations)"\s*:\s*\[/,
    "COCO's: call it _annotations.coco.json and put it among its images, or annotations/instances_NAME.json beside a folder NAME or images/",
  ],
];

async function misplacedFile(folder: string): Promise<string | undefined> {
  for (const part of (await foldersIn(folder)).slice(0, FOLDERS)) {
    const names = await filesIn(join(folder, part));
    const packed = names.find((file) => /\.(json|xml|csv)\.(gz|zip|bz2|xz)$/.test(file));
    if (packed !== undefined) return `${join(folder, part, packed)} is packed: unpack it`;
    for (const name of names.filter((file) => /\.(json|xml)$/i.test(file)).slice(0, 20)) {
      const text = await beginning(join(folder, part, name));
      const known = FILES.find(([pattern]) => pattern.test(text));
      if (known !== undefined) return `${join(folder, part, name)} looks like ${known[1]}`;
    }
  }
  return undefined;
}

/** Pictures beside pictures of their names: in two folders, in one with something added, or texts of YOLO beside them. */
async function pairedPictures(folder: string): Promise<string | undefined> {
  const stems = new Map<string, ReadonlySet<string>>();
  for (const part of (await foldersIn(folder)).slice(0, FOLDERS)) {
    const files = await filesIn(join(folder, part));
    const own = new Set(files.filter(isImageFile).map((file) => folded(imageName(file))));
    const added = [...own].find((name) => ofMask(name) !== name && own.has(ofMask(name)));
    if (added !== undefined)
      return `${join(folder, part)} has images and masks side by side: put them into images/ and masks/`;
    if (files.some((file) => file.endsWith('.txt') && own.has(folded(imageName(file))))) {
      return `${join(folder, part)} has images and texts of their names: if these are YOLO's, put them into images/ and labels/`;
    }
    for (const [other, names] of stems) {
      if ([...own].some((name) => names.has(ofMask(name)) || names.has(name))) {
        return `${other} and ${join(folder, part)} have pictures of the same names: call the folders images/ and masks/`;
      }
    }
    if (own.size > 0) stems.set(join(folder, part), own);
  }
  return undefined;
}

/** Folders that are looked into. */
const FOLDERS = 50;

/** What a folder of no format may be, with the way to use it; undefined for what nobody knows. */
export async function adviceFor(folder: string, formats: readonly DatasetFormat[]): Promise<string | undefined> {
  const names = await filesIn(folder);
  for (const { isOne, advice } of LAYOUTS) if (await isOne(names, folder)) return `it looks like ${advice}`;
  for (const inside of (await foldersIn(folder)).slice(1, FOLDERS)) {
    const everyFile = walkOnce(join(folder, inside));
    for (const { name, recognise } of formats) {
      if ((await recognise(join(folder, inside), everyFile)) !== undefined)
        return `${join(folder, inside)} is of the format ${name}: give that folder`;
    }
  }
  return (await misplacedFile(folder)) ?? (await pairedPictures(folder));
}
