import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { drawn, folderOf, messages, png } from './folder-of.js';

/** A PNG of 16-bit grey, or of 8-bit colours, from the numbers of its pixels. */
const grey16 = (rows: readonly (readonly number[])[]): Promise<Buffer> =>
  sharp(Uint16Array.from(rows.flat()), { raw: { width: rows[0]?.length ?? 0, height: rows.length, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
const colours = (rows: readonly (readonly (readonly number[])[])[]): Promise<Buffer> =>
  sharp(Buffer.from(rows.flat(2)), { raw: { width: rows[0]?.length ?? 0, height: rows.length, channels: 3 } })
    .png()
    .toBuffer();

// Cars are 26, people 24, roads 7: the published label ids.
const STREET = [
  [7, 26000, 26000, 7, 7, 24],
  [7, 26000, 26000, 7, 7, 24],
  [7, 7, 26001, 26001, 24003, 7],
  [7, 7, 26001, 26001, 24003, 7],
];
const CARS = [
  ['......', '......', '....#.', '....#.'],
  ['.##...', '.##...', '......', '......'],
  ['......', '......', '..##..', '..##..'],
];

describe("Cityscapes' instances", () => {
  it.each([
    ['its own folders', 'leftImg8bit/train/aachen/', 'gtFine/train/aachen/'],
    ['one folder', '', ''],
    ['images/ and masks/', 'images/', 'masks/'],
  ])('are read from %s; a class without a count is background', async (_, images, masks) => {
    const scene = 'aachen_000000_000019';
    const folder = folderOf({
      [`${images}${scene}_leftImg8bit.png`]: await png(),
      [`${masks}${scene}_gtFine_instanceIds.png`]: await grey16(STREET),
      [`${masks}${scene}_gtFine_labelIds.png`]: await png(),
      [`${masks}${scene}_gtFine_color.png`]: await png(),
      [`${masks}${scene}_gtFine_polygons.json`]: '{"imgHeight":4,"imgWidth":6,"objects":[]}',
      'splits/train.txt': `${images}${scene}_leftImg8bit`,
    });
    expect(await drawn(folder, 'train', `${images}${scene}_leftImg8bit`)).toEqual(CARS);
    expect(await messages(folder)).toEqual([]);
    expect((await checkDataset(folder)).notes[0]).toMatch(/numbers below 1000\) is background/);
  });

  it('without their numbers are named', async () => {
    const folder = folderOf({ 'a_leftImg8bit.png': await png(), 'a_gtFine_polygons.json': '{"objects":[]}' });
    await expect(checkDataset(folder)).rejects.toMatchObject({
      remedy: expect.stringMatching(/Cityscapes without its/),
    });
  });
});

describe("ADE20K's masks", () => {
  const [none, wall, lamp, other] = [
    [0, 0, 0],
    [110, 57, 80],
    [70, 3, 160],
    [70, 3, 240],
  ];
  const room = [
    [wall, wall, none, none, none, none],
    [wall, wall, none, lamp, lamp, none],
    [none, none, none, lamp, none, other],
    [none, none, none, none, none, other],
  ] as readonly (readonly (readonly number[])[])[];

  it.each([
    ['their own folders', 'images/ADE/training/urban/street/', 'images/ADE/training/urban/street/'],
    ['images/ and masks/', 'images/', 'masks/'],
  ])('are read by their blue from %s', async (_, images, masks) => {
    const name = `${images}ADE_train_00000001`;
    const folder = folderOf({
      [`${name}.jpg`]: await sharp(await png())
        .jpeg()
        .toBuffer(),
      [`${masks}ADE_train_00000001_seg.png`]: await colours(room),
      [`${masks}ADE_train_00000001_parts_1.png`]: await colours(room),
      [`${images}ADE_train_00000001.json`]: '{"annotation":{}}',
    });
    expect(await drawn(folder, 'train', name)).toEqual([
      ['##....', '##....', '......', '......'],
      ['......', '...##.', '...#..', '......'],
      ['......', '......', '.....#', '.....#'],
    ]);
    expect(await messages(folder)).toEqual([]);
    expect((await checkDataset(folder)).notes[0]).toMatch(/walls and sky as well/);
  });

  it('of the Places challenge are named', async () => {
    const folder = folderOf({ 'images/a.jpg': '', 'annotations_instance/a.png': '' });
    await expect(checkDataset(folder)).rejects.toMatchObject({ remedy: expect.stringMatching(/--mask-colours/) });
  });
});
