import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
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

/** What checking the folder finds, its own path left out. */
export const messages = async (folder: string): Promise<string[]> =>
  (await checkDataset(folder)).faults.map(({ code, message }) => `${code} ${message.replaceAll(folder, '')}`);

/** The masks of an image's objects, a line of `.` and `#` a row. */
export async function drawn(folder: string, split: Split, name: string): Promise<readonly (readonly string[])[]> {
  const { width, height, objects } = await (await openDataset(folder, split, { onSkip: () => undefined })).load(name);
  return objects.map((object) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => (isInside(object, x, y) ? '#' : '.')).join(''),
    ),
  );
}

/** A PNG of indices of 8 bits and the colours they stand for. */
export function palettePng(rows: readonly (readonly number[])[], palette: readonly (readonly number[])[]): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.from([0, 0, 0, rows[0]?.length ?? 0, 0, 0, 0, rows.length, 8, 3, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(Buffer.from(rows.flatMap((row) => [0, ...row])))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
