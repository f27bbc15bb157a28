import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { openDataset, type Split } from '../../../src/supernet/data/dataset.js';
import { isInside } from '../../../src/supernet/data/labelled-image.js';

/** A new folder with these files. */
export function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-data-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A grey PNG. */
export const png = (width = 6, height = 4): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: { r: 9, g: 9, b: 9 } } })
    .png()
    .toBuffer();

/** The masks of an image's objects, a line of `.` and `#` a row. */
export async function drawn(folder: string, split: Split, name: string): Promise<readonly (readonly string[])[]> {
  const { width, height, objects } = await (await openDataset(folder, split, { onSkip: () => undefined })).load(name);
  return objects.map((object) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => (isInside(object, x, y) ? '#' : '.')).join(''),
    ),
  );
}
