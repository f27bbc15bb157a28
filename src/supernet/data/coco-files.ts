import { join } from 'node:path';
import type { Split } from './dataset-format.js';
import { filesIn } from './image-files.js';

export interface CocoFile {
  /** Inside the data set's folder. */
  readonly file: string;
  /** From the file's or its folder's name; undefined where it says none. */
  readonly split: Split | undefined;
  /** Where its images may be, the likeliest first, inside the data set's folder. */
  readonly imageFolders: readonly string[];
}

const EXPORT = '_annotations.coco.json';

/** The instance files of a COCO folder, from names alone. */
export async function findCocoFiles(folder: string): Promise<readonly CocoFile[]> {
  const published = (await filesIn(join(folder, 'annotations'))).filter((file) => /^instances_.*\.json$/.test(file));
  if (published.length > 0) {
    return published.map((file) => {
      const part = file.slice('instances_'.length, -'.json'.length);
      return {
        file: join('annotations', file),
        split: splitIn(part),
        imageFolders: [part, join('images', part), 'images', '.'],
      };
    });
  }
  const found: CocoFile[] = [];
  for (const part of ['.', ...(await filesIn(folder)).filter((name) => !name.includes('.'))]) {
    if (!(await filesIn(join(folder, part))).includes(EXPORT)) continue;
    found.push({ file: join(part, EXPORT), split: splitIn(part), imageFolders: [part] });
  }
  return found;
}

function splitIn(name: string): Split | undefined {
  if (/train/i.test(name)) return 'train';
  if (/val/i.test(name)) return 'val';
  return /test/i.test(name) ? 'test' : undefined;
}
