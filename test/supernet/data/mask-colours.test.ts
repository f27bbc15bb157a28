import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { folderOf, png } from './folder-of.js';

const [BLACK, RED, LIME, PINK] = [
  [0, 0, 0],
  [255, 0, 0],
  [0, 255, 0],
  [255, 0, 128],
] as const;

const picture = (pixels: readonly (readonly number[])[], width: number) =>
  sharp(Uint8Array.from(pixels.flat()), {
    raw: { width, height: pixels.length / width, channels: pixels[0]?.length === 4 ? 4 : 3 },
  })
    .png()
    .toBuffer();

const withMask = async (mask: Buffer, width = 3, height = 2) =>
  folderOf({ 'images/a.png': await png(width, height), 'masks/a.png': mask, 'splits/val.txt': 'a' });

describe('masks that are colour pictures', () => {
  it('are refused with the option that reads them', async () => {
    const folder = await withMask(await picture([BLACK, RED, LIME, RED, PINK, PINK], 3));
    await expect((await openDataset(folder, 'val')).load('a')).rejects.toMatchObject({
      code: 'DATA_MASK',
      remedy: expect.stringMatching(/--mask-colours/),
    });
  });

  it('have an object a colour, in order of the colours, and black and clear as background', async () => {
    const folder = await withMask(await picture([BLACK, RED, LIME, RED, PINK, PINK], 3));
    const dataset = await openDataset(folder, 'val', { maskColours: true });
    expect((await dataset.load('a')).objects).toMatchObject([
      { id: 1, area: 1, box: [2, 0, 3, 1] },
      { id: 2, area: 2, box: [0, 0, 2, 2] },
      { id: 3, area: 2, box: [1, 1, 3, 2] },
    ]);
    expect(dataset.hash).not.toBe((await openDataset(folder, 'val')).hash);
    const clear = await withMask(
      await picture(
        [
          [9, 9, 9, 0],
          [...RED, 255],
          [...LIME, 255],
          [7, 7, 7, 0],
          [...RED, 255],
          [0, 0, 0, 255],
        ],
        3,
      ),
    );
    const read = await (await openDataset(clear, 'val', { maskColours: true })).load('a');
    expect(read.objects.map(({ area }) => area)).toEqual([1, 2]);
  });

  it('that have no black say so, since then everything is an object', async () => {
    const folder = await withMask(await picture([PINK, RED, LIME, RED, PINK, PINK], 3));
    const { objects, notes } = await checkDataset(folder, { maskColours: true });
    expect(objects).toBe(3);
    expect(notes).toEqual([expect.stringMatching(/no pixel of its mask is black/)]);
  });

  it('are still no photographs and no lossy files', async () => {
    const side = 300;
    const noise = Array.from({ length: side * side }, (_, i) => {
      const value = Math.imul(i + 1, 2654435761) >>> 0;
      return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255];
    });
    const photograph = await withMask(await picture(noise, side), side, side);
    const lossy = await withMask(
      await sharp(await picture(noise, side))
        .jpeg()
        .toBuffer(),
      side,
      side,
    );
    for (const [folder, codes] of [
      [photograph, /DATA_MASK|DATA_LABELS/],
      [lossy, /DATA_MASK/],
    ] as const) {
      const { faults } = await checkDataset(folder, { maskColours: true });
      expect(faults[0]?.code).toMatch(codes);
    }
  });
});
