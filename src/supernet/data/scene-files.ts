import { posix } from 'node:path';
import { imageName, isImageFile } from './data-files.js';
import { type DatasetFormat, type DatasetItem, defineDatasetFormat } from './dataset-format.js';
import { labelMapItem } from './label-map-files.js';
import { leftOver, lonelyFiles, pairFiles } from './paired-files.js';
import type { LabelMap } from './read-label-map.js';
import { splitOf } from './splits.js';

export interface SceneFormat {
  readonly name: string;
  readonly looks: string;
  /** Of a file's name; its group is the scene, which an image and its mask have in common. */
  readonly image: RegExp;
  readonly mask: RegExp;
  readonly note: string;
  /** What may name the split, the surest first. */
  places(image: string, mask: string): readonly string[];
  read(path: string): Promise<LabelMap>;
}

/** A format whose files say by their names what they are, in whatever folders they lie. */
export function defineSceneFormat({ name, looks, image, mask, note, places, read }: SceneFormat): DatasetFormat {
  const sceneOf = (pattern: RegExp, path: string) => pattern.exec(posix.basename(path))?.[1];
  return defineDatasetFormat({
    name,
    looks,
    async recognise(folder, everyFile) {
      const files = await everyFile();
      const images = files.filter((file) => sceneOf(image, file) !== undefined && isImageFile(file));
      const masks = files.filter((file) => sceneOf(mask, file) !== undefined);
      const pairs = pairFiles(images, masks, [
        [(path) => sceneOf(image, path) ?? '', (path) => sceneOf(mask, path) ?? ''],
      ]);
      if (pairs.size === 0) return undefined;
      return async (options) => ({
        items: [...pairs].map(([ofImage, ofMask]): DatasetItem => {
          const own = imageName(ofImage);
          const split = splitOf(own, ...places(ofImage, ofMask));
          return labelMapItem(folder, { name: own, image: ofImage, mask: ofMask, split, read }, options);
        }),
        faults: lonelyFiles(leftOver(pairs, images, masks), [folder, folder], 'mask'),
        notes: [note],
      });
    },
  });
}
