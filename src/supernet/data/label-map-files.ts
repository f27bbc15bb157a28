import { join } from 'node:path';
import { inTurns } from '../../base/turns.js';
import { DataError } from '../../errors.js';
import { digestFiles } from './data-files.js';
import type { DatasetItem, ReadingOptions, Split } from './dataset-format.js';
import { objectsOfLabelMap } from './label-map.js';
import { type LabelledImage, notesOf } from './labelled-image.js';
import { type LabelMap, readLabelMap } from './read-label-map.js';
import { type Picture, readPicture, wrongSize } from './read-picture.js';

/** Paths inside the folder. */
export interface LabelMapFiles {
  readonly name: string;
  readonly image: string;
  readonly mask: string;
  readonly split: Split;
  /** Whether 255 is a border. */
  readonly isVocLayout?: boolean;
  /** Where the numbers of the mask are no labels by themselves. */
  readonly read?: (path: string) => Promise<LabelMap>;
}

/** An image and the label map beside it. */
export function labelMapItem(
  folder: string,
  { name, image, mask, split, isVocLayout = false, read }: LabelMapFiles,
  options: ReadingOptions,
): DatasetItem {
  const [imagePath, maskPath] = [join(folder, image), join(folder, mask)];
  return {
    name,
    split,
    file: image,
    digest: () => digestFiles([imagePath, maskPath]),
    load: async () => {
      const map = await (read?.(maskPath) ?? readLabelMap(maskPath, { ...options, isVocLayout }));
      return labelled(name, await readPicture(imagePath, map), map, maskPath);
    },
  };
}

/** The picture with the objects of its label map, of which the file is known. */
export async function labelled(
  name: string,
  picture: Picture,
  { width, height, labels, note }: LabelMap,
  maskPath: string,
): Promise<LabelledImage> {
  if (width !== picture.width || height !== picture.height) {
    throw wrongSize(maskPath, `${width}x${height}`, picture);
  }
  try {
    const objects = await inTurns(objectsOfLabelMap(labels, width));
    return { name, ...picture, objects, ...notesOf(picture.note, note) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(error.code, `${maskPath}: ${error.message}`, { cause: error, remedy: error.remedy });
  }
}
