import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { readLabelMap } from '../../../src/supernet/data/read-label-map.js';
import { readPicture } from '../../../src/supernet/data/read-picture.js';
import { drawn, folderOf, messages, palettePng, png } from './folder-of.js';

// What people bring after other programs had it in hand.

const RECTANGLE = ['......', '.##...', '.##...', '......'];
const corners = [1, 1, 3, 1, 3, 3, 1, 3];

describe('a label map', () => {
  it('has background where it is transparent, unless it is so all over', async () => {
    const pixel = fc.tuple(fc.constantFrom(0, 1, 2, 255), fc.constantFrom(0, 128, 255));
    await fc.assert(
      fc.asyncProperty(fc.array(pixel, { minLength: 6, maxLength: 6 }), fc.boolean(), async (pixels, isGrey) => {
        const raw = { width: 3, height: 2, channels: isGrey ? 2 : 4 } as const;
        const bytes = pixels.flatMap(([label, opacity]) =>
          isGrey ? [label, opacity] : [label, label, label, opacity],
        );
        const file = await sharp(Buffer.from(bytes), { raw }).png().toBuffer();
        const { labels } = await readLabelMap(join(folderOf({ 'a.png': file }), 'a.png'));
        const isClear = pixels.every(([, opacity]) => opacity === 0);
        expect([...labels]).toEqual(pixels.map(([label, opacity]) => (opacity === 0 && !isClear ? 0 : label)));
      }),
      { seed: 5, numRuns: 40 },
    );
  });

  it('made of colours by a program that numbered them as they came is refused, and read by its colours', async () => {
    const rows = [
      [2, 2, 2, 2],
      [2, 0, 1, 2],
    ];
    const [red, green, black] = [
      [200, 0, 0],
      [0, 200, 0],
      [0, 0, 0],
    ] as const;
    const path = join(folderOf({ 'a.png': palettePng(rows, [red, green, black]) }), 'a.png');
    await expect(readLabelMap(path)).rejects.toThrow(/has its background at index 2 of its palette, not at 0/);
    expect([...(await readLabelMap(path, { maskColours: true })).labels]).toEqual([0, 0, 0, 0, 0, 1, 2, 0]);
    // A black object on a background of another colour is an object, and so are colours without black.
    const object = join(folderOf({ 'a.png': palettePng([[0, 0, 2, 1]], [red, green, black]) }), 'a.png');
    expect([...(await readLabelMap(object)).labels]).toEqual([0, 0, 2, 1]);
  });

  it('is no TIFF packed as JPEG', async () => {
    const grey = sharp(Buffer.alloc(64 * 64, 7), { raw: { width: 64, height: 64, channels: 1 } }).toColourspace('b-w');
    const folder = folderOf({
      'jpeg.tif': await grey.clone().tiff({ compression: 'jpeg' }).toBuffer(),
      'lzw.tif': await grey.clone().tiff({ compression: 'lzw' }).toBuffer(),
    });
    await expect(readLabelMap(join(folder, 'jpeg.tif'))).rejects.toThrow(/lossy compression|colours/);
    expect((await readLabelMap(join(folder, 'lzw.tif'))).labels[0]).toBe(7);
  });

  it('without background, or with 255 beside a few labels, says so', async () => {
    const of = async (values: readonly number[]) => {
      const raw = { width: values.length, height: 1, channels: 1 } as const;
      const file = await sharp(Buffer.from(values), { raw }).toColourspace('b-w').png().toBuffer();
      return (await readLabelMap(join(folderOf({ 'a.png': file }), 'a.png'))).note;
    };
    expect(await of([1, 2])).toMatch(/no pixel of its mask is 0/);
    expect(await of([0, 1, 2, 255])).toMatch(/labels up to 2 and 255/);
    expect(await of([0, 255])).toBeUndefined();
    expect(await of([0, 200, 255])).toBeUndefined();
  });

  it.each(['a_mask.png', 'A.PNG', 'a.png.png', 'a_cp_masks.tif', 'a-labels.png'])(
    'is that of its image by what programs call it: %s',
    async (name) => {
      const mask = sharp(Buffer.from([0, 1, 1, 0]), { raw: { width: 2, height: 2, channels: 1 } }).toColourspace('b-w');
      const content = await (name.endsWith('.tif') ? mask.tiff({ compression: 'lzw' }) : mask.png()).toBuffer();
      const folder = folderOf({
        'images/a.png': await png(2, 2),
        [`masks/${name}`]: content,
        'images/._a.png': 'of a Mac',
        'masks/._a.png': 'of a Mac',
      });
      expect(await messages(folder)).toEqual([]);
      expect((await checkDataset(folder)).objects).toBe(1);
    },
  );

  it('of which two could be meant is none', async () => {
    const mask = await png(2, 2);
    const folder = folderOf({ 'images/a.png': mask, 'masks/a_mask.png': mask, 'masks/a_seg.png': mask });
    expect((await messages(folder)).map((message) => message.split(' ')[0])).toEqual(Array(3).fill('DATA_UNPAIRED'));
  });
});

describe('a TIFF of measurements', () => {
  /** Little-endian, one strip of floats, GDAL's tag of what is no number. */
  function tiff(values: readonly number[], noData: string): Buffer {
    const tags: [tag: number, type: number, count: number, value: number][] = [
      [256, 4, 1, values.length],
      [257, 4, 1, 1],
      [258, 3, 1, 32],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
      [273, 4, 1, 8],
      [277, 3, 1, 1],
      [278, 4, 1, 1],
      [279, 4, 1, 4 * values.length],
      [339, 3, 1, 3],
      [42113, 2, noData.length + 1, 0],
    ];
    const directory = 8 + 4 * values.length;
    const text = directory + 2 + 12 * tags.length + 4;
    const bytes = Buffer.alloc(text + noData.length + 1);
    bytes.write('II*\0', 'latin1');
    bytes.writeUInt32LE(directory, 4);
    for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 8 + 4 * i);
    bytes.writeUInt16LE(tags.length, directory);
    for (const [i, [tag, type, count, value]] of tags.entries()) {
      const at = directory + 2 + 12 * i;
      bytes.writeUInt16LE(tag, at);
      bytes.writeUInt16LE(type, at + 2);
      bytes.writeUInt32LE(count, at + 4);
      bytes.writeUInt32LE(tag === 42113 ? text : value, at + 8);
    }
    bytes.write(noData, text, 'latin1');
    return bytes;
  }
  const read = (values: readonly number[], noData: string) =>
    readPicture(join(folderOf({ 'a.tif': tiff(values, noData) }), 'a.tif'));

  it('is spread over what was measured, and refused where nothing was', async () => {
    const grey = async (noData: string, missing: number) =>
      [...(await read([missing, 0, 0.5, 1], noData)).rgb].filter((_, i) => i % 3 === 0);
    expect(await grey('-9999', -9999)).toEqual([0, 0, 128, 255]);
    expect(await grey('-3.4028235e+38', Math.fround(-3.4028235e38))).toEqual([0, 0, 128, 255]);
    expect(await grey('nan', Number.NaN)).toEqual([0, 0, 128, 255]);
    await expect(read([-9999, -9999], '-9999')).rejects.toThrow(/it holds no number/);
    await expect(read([Number.NaN, Number.NaN], 'x')).rejects.toThrow(/it holds no number/);
  });
});

describe('COCO of other programs', () => {
  const of = async (image: object, annotation: object, file = 'a.png') =>
    folderOf({
      '_annotations.coco.json': JSON.stringify({
        images: [{ id: 1, file_name: 'a.png', width: 6, height: 4, ...image }],
        annotations: [{ id: 1, image_id: 1, segmentation: [corners], ...annotation }],
      }),
      [file]: await png(),
      'splits/train.txt': file.replace('.png', ''),
    });

  it.each([
    ['an id that is a text', { id: '1' }, {}],
    ['an image_id that is a text', {}, { image_id: '1' }],
    [
      'a polygon of points in one more bracket',
      {},
      {
        segmentation: [
          [
            [1, 1],
            [3, 1],
            [3, 3],
            [1, 3],
          ],
        ],
      },
    ], // prettier-ignore
    ['packed bytes as Python shows them', {}, { segmentation: { size: [4, 6], counts: "b'5220;'" } }],
    ['a path that begins here', { file_name: './a.png' }, {}],
  ])('with %s is read', async (_, image, annotation) => {
    const folder = await of(image, annotation);
    expect(await messages(folder)).toEqual([]);
    expect(await drawn(folder, 'train', 'a')).toEqual([RECTANGLE]);
  });

  it('with the escapes of addresses is read, and 1 beside "1" is kept apart', async () => {
    expect(await messages(await of({ file_name: 'my%20a.png' }, {}, 'my a.png'))).toEqual([]);
    const folder = folderOf({
      '_annotations.coco.json': JSON.stringify({
        images: [{ id: 1, file_name: 'a.png' }],
        annotations: [
          { id: 1, image_id: 1, segmentation: [corners] },
          { id: 2, image_id: '1', segmentation: [corners] },
        ],
      }),
      'a.png': await png(),
    });
    expect((await messages(folder))[0]).toMatch(/annotations of image 1, which it does not list/);
  });

  it('with shares of the sides for pixels says so', async () => {
    const shares = corners.map((value, i) => value / (i % 2 === 0 ? 6 : 4));
    expect((await messages(await of({}, { segmentation: [shares] })))[0]).toMatch(
      /lies within the first pixel, as shares/,
    );
    expect(await messages(await of({}, { segmentation: [[0, 0, 1, 0, 1, 1, 0, 1]] }))).toEqual([]);
  });
});

it('LabelMe numbers the objects of every label by themselves, and draws rectangles of four corners', async () => {
  const square = [
    [1, 1],
    [3, 1],
    [3, 3],
    [1, 3],
  ];
  const corner = square.map(([x = 0, y = 0]) => [x + 3, y - 1]);
  const shape = (label: string, points: readonly (readonly number[])[], shape_type: string) => ({
    ...{ label, points, shape_type },
    group_id: 1,
  });
  const json = (second: string) =>
    JSON.stringify({ shapes: [shape('a', square, 'rectangle'), shape(second, corner, 'oriented_rectangle')] });
  const objectsOf = async (second: string) =>
    drawn(folderOf({ 'a.png': await png(), 'a.json': json(second), 'splits/val.txt': 'a' }), 'val', 'a');
  expect(await objectsOf('b')).toEqual([RECTANGLE, ['....##', '....##', '......', '......']]);
  expect(await objectsOf('a')).toHaveLength(1);
});

it("YOLO's lists of images are named, commas are read, and lists in splits/ followed", async () => {
  const files = {
    'images/a.png': await png(),
    'labels/a.txt': '0,0.166667,0.25,0.5,0.25,0.5,0.75,0.166667,0.75',
    'data.yaml': 'path: .\ntrain: train.txt\nval: val.txt\n',
  };
  expect(await messages(folderOf(files))).toEqual([
    'DATA_SPLIT /data.yaml says which images are of which split, and is not followed',
  ]);
  const folder = folderOf({ ...files, 'splits/test.txt': './images/a.png\n' });
  expect(await messages(folder)).toEqual([]);
  expect(await drawn(folder, 'test', 'a')).toEqual([RECTANGLE]);
});

it("SAM's own masks of everything are read as it gives them", async () => {
  const folder = folderOf({
    'a.png': await png(),
    'a.json': JSON.stringify([{ segmentation: { size: [4, 6], counts: [5, 2, 2, 2, 13] }, predicted_iou: 0.9 }]),
    'splits/val.txt': 'a',
  });
  expect(await drawn(folder, 'val', 'a')).toEqual([RECTANGLE]);
});

it.each([
  ['label maps in labels/', { 'images/a.png': '', 'labels/a.png': '' }, /call the folders images\/ and masks\//],
  ['image/ and mask/', { 'image/a.png': '', 'mask/a_mask.png': '' }, /call the folders images\/ and masks\//],
  ['masks beside images', { 'x/a.png': '', 'x/a_mask.png': '' }, /x has images and masks side by side/],
  ["Cellpose's", { 'a.tif': '', 'a_cp_masks.png': '' }, /images and masks side by side/],
  ["YOLO's texts beside images", { 'a.png': '', 'a.txt': '' }, /put them into images\/ and labels\//],
  ['COCO under another name', { 'x/coco.json': '{"info": {}, "images": [' }, /coco\.json looks like COCO's: call it/],
  ['LabelMe elsewhere', { 'images/a.png': '', 'json/b.json': '{"shapes": []}' }, /b\.json looks like LabelMe's/],
  ['DAVIS', { 'JPEGImages/b/0.jpg': '', 'Annotations/b/0.png': '' }, /it looks like DAVIS/],
] as const)('a folder that is not read names what it is: %s', async (_, files, remedy) => {
  await expect(openDataset(folderOf(files), 'train')).rejects.toMatchObject({
    code: 'DATA_FORMAT',
    remedy: expect.stringMatching(remedy),
  });
});
