import { join } from 'node:path';
import { inTurns } from '../../base/turns.js';
import { DataError } from '../../errors.js';
import { digestFiles } from './data-files.js';
import type { DatasetItem, ReadingOptions, Split } from './dataset-format.js';
import { objectsOfLabelMap } from './label-map.js';
import { type LabelledImage, notesOf } from './labelled-image.js';
import { readLabelMap } from './read-label-map.js';
import { readPicture } from './read-picture.js';

/** Paths inside the folder. */
export interface LabelMapFiles {
  readonly name: string;
  readonly image: string;
  readonly mask: string;
  readonly split: Split;
  /** Whether 255 is a border. */
  readonly isVocLayout?: boolean;
}

/** An image and the label map beside it. */
export function labelMapItem(
  folder: string,
  { name, image, mask, split, isVocLayout = false }: LabelMapFiles,
  options: ReadingOptions,
): DatasetItem {
  const [imagePath, maskPath] = [join(folder, image), join(folder, mask)];
  return {
    name,
    split,
    file: image,
    digest: () => digestFiles([imagePath, maskPath]),
    load: () => loadPair(name, imagePath, maskPath, { ...options, isVocLayout }),
  };
}

async function loadPair(
  name: string,
  imagePath: string,
  maskPath: string,
  options: ReadingOptions & { readonly isVocLayout: boolean },
): Promise<LabelledImage> {
  const { width, height, labels, note } = await readLabelMap(maskPath, options);
  const picture = await readPicture(imagePath, { width, height });
  if (width !== picture.width || height !== picture.height) {
    throw new DataError(
      'DATA_SIZE',
      `${maskPath} is ${width}x${height}, its image ${picture.width}x${picture.height}`,
      { remedy: 'a mask must have the size of its image' },
    );
  }
  try {
    const objects = await inTurns(objectsOfLabelMap(labels, width));
    return { name, ...picture, objects, ...notesOf(picture.note, note) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(error.code, `${maskPath}: ${error.message}`, { cause: error, remedy: error.remedy });
  }
}
