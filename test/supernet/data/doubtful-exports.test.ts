import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { folderOf, png } from './folder-of.js';

// What was taken for an object without a word, or passed over without one.

async function said(files: Readonly<Record<string, string | Buffer>>) {
  const folder = folderOf(files);
  const { objects, faults, notes } = await checkDataset(folder);
  const messages = faults.map(({ message }) => message.replaceAll(folder, ''));
  return { objects, faults: messages, notes: notes.filter((line) => !/split has/.test(line)) };
}

const points = [
  [1, 1],
  [3, 1],
  [3, 3],
];
const outline = { label: 'cell', points, shape_type: 'polygon' };
const labelMe = async (content: object) => ({ 'a.png': await png(), 'a.json': JSON.stringify(content) });

describe("LabelMe's", () => {
  it('background and void are no objects', async () => {
    const shapes = [outline, { ...outline, label: '_background_' }, { ...outline, label: '__ignore__' }];
    expect(await said(await labelMe({ shapes }))).toEqual({
      objects: 1,
      faults: [],
      notes: ["a.png: 2 of its shapes are LabelMe's background or void, and no objects"],
    });
  });

  it('mask without a place is not put into the corner', async () => {
    const mask = (await png(2, 2)).toString('base64');
    expect(await said(await labelMe({ shapes: [{ shape_type: 'mask', points: [], mask }] }))).toMatchObject({
      objects: 0,
      faults: ['/a.json: an annotation (number 1) is a mask without its place'],
    });
    const placed = { shape_type: 'mask', points: [[1, 1]], mask: `data:image/png;base64,${mask}` };
    expect(await said(await labelMe({ shapes: [placed] }))).toMatchObject({ objects: 1, faults: [] });
  });

  it('file that names another picture is said to', async () => {
    const { notes } = await said(await labelMe({ shapes: [outline], imagePath: '..\\images\\b.jpg' }));
    expect(notes).toEqual(['a.png: its annotations say that they are of "..\\images\\b.jpg"']);
    expect((await said(await labelMe({ shapes: [outline], imagePath: '../A.jpg' }))).notes).toEqual([]);
  });
});

it('a picture that VIA has twice is a fault, not one of the two', async () => {
  const entry = {
    filename: 'a.png',
    regions: [{ shape_attributes: { name: 'rect', x: '1', y: 1, width: 2, height: 2 } }],
  };
  const via = JSON.stringify({ 'a.png1': entry, 'a.png2': { ...entry, regions: [] } });
  expect(await said({ 'a.png': await png(), 'via.json': via })).toMatchObject({
    objects: 1,
    faults: ['a.png is listed twice in the val split'],
  });
});

describe("Label Studio's", () => {
  const task = async (content: object) => ({
    'images/a.png': await png(),
    'e.json': JSON.stringify([{ data: { image: 'a.png' }, ...content }]),
  });
  const drawn = { original_width: 6, original_height: 4, type: 'bitmasklabels', value: { imageDataURL: '' } };

  it('regions of kinds that are not read are named', async () => {
    expect(
      (await said(await task({ annotations: [{ result: [drawn, { type: 'choices', value: {} }] }] }))).faults,
    ).toEqual(['/e.json, "a": an annotation (number 1) is a bitmask, which is no mask']);
  });

  it('predictions alone are said', async () => {
    const { notes } = await said(await task({ annotations: [], predictions: [{ result: [] }] }));
    expect(notes).toEqual(['images/a.png: it has predictions alone, which are not read']);
  });
});

it('outlines of oriented boxes are read and doubted', async () => {
  const box = '0 0.166667 0.25 0.5 0.25 0.5 0.75 0.166667 0.75';
  const { objects, notes } = await said({ 'images/a.png': await png(), 'labels/a.txt': box });
  expect(objects).toBe(1);
  expect(notes).toEqual(['images/a.png: all its outlines are rectangles, as oriented boxes are, which are no masks']);
  const other = `${box}\n0 0.1 0.1 0.5 0.25 0.5 0.75`;
  expect((await said({ 'images/a.png': await png(), 'labels/a.txt': other })).notes).toEqual([]);
  expect(
    (await said({ 'images/a.png': await png(), 'labels/a.txt': '0 0.1 0.1 0.5 0.25 0.5 0.75 0.9' })).faults,
  ).toEqual([
    '/labels/a.txt: an annotation (number 1) has 7 coordinates, which are no points; is the last one the confidence of a prediction?',
  ]);
});

it('objects that are upright rectangles, most of them, are doubted', async () => {
  const box = (x: number) => [x, 1, x + 9, 1, x + 9, 10, x, 10];
  const annotations = [1, 11, 21, 31, 41, 51, 61, 71].map((x, id) => ({ id, image_id: 1, segmentation: [box(x)] }));
  const files = { 'images/a.png': await png(90, 20) };
  const coco = (own: object[]) => JSON.stringify({ images: [{ id: 1, file_name: 'a.png' }], annotations: own });
  expect((await said({ ...files, 'annotations/instances_all.json': coco(annotations) })).notes).toEqual([
    '8 of 8 objects are upright rectangles, as boxes drawn as masks are',
  ]);
  expect((await said({ ...files, 'annotations/instances_all.json': coco(annotations.slice(1)) })).notes).toEqual([]);
});

describe('a mask', () => {
  const [width, height] = [6, 4];
  const map = (value: (pixel: number) => readonly number[]) => {
    const data = Buffer.from(Array.from({ length: width * height }, (_, pixel) => value(pixel)).flat());
    return sharp(data, { raw: { width, height, channels: value(0).length as 1 | 3 } });
  };
  const withMask = async (name: string, mask: Buffer) => said({ 'images/a.png': await png(), [`masks/${name}`]: mask });

  it.each([0, 1, 2])('of which only channel %d is not empty has its labels there', async (channel) => {
    const ids = await map((pixel) => [0, 0, 0].with(channel, pixel < 6 ? 1 : pixel < 12 ? 2 : 0))
      .png()
      .toBuffer();
    expect(await withMask('a.png', ids)).toMatchObject({ objects: 2, faults: [] });
  });

  it('of the background, most of the picture and to all sides, is doubted', async () => {
    const inverted = await map((pixel) => [pixel === 8 || pixel === 9 ? 0 : 255])
      .png()
      .toBuffer();
    expect((await withMask('a.png', inverted)).notes).toEqual([
      '1 of 1 images have one object that reaches all sides, as in a mask of the background',
    ]);
  });

  it('with labels above 65535 has as many objects, and it is said', async () => {
    const large = tiff(width, height, (pixel) => (pixel < 6 ? 100_000 : pixel < 12 ? 70_000 : 0));
    expect(await withMask('a.tif', large)).toEqual({
      objects: 2,
      faults: [],
      notes: ['images/a.png: its mask has labels up to 100000, which are counted from 1'],
    });
  });

  it('of which ImageJ says that it is a stack is refused, where the other images follow without pages of their own', async () => {
    const stack = tiff(width, height, (pixel) => (pixel < 6 ? 1 : 0), 'ImageJ=1.53t\nimages=5\nslices=5\n');
    expect((await withMask('a.tif', stack)).faults[0]).toMatch(
      /a\.tif is ImageJ's stack of 5 images, a label map has one/,
    );
    const single = tiff(width, height, (pixel) => (pixel < 6 ? 1 : 0), 'ImageJ=1.53t\nimages=1\nmin=0.0\n');
    expect(await withMask('a.tif', single)).toMatchObject({ objects: 1, faults: [] });
  });
});

it('a picture that lies on its side because its annotations do is said to', async () => {
  const lying = await sharp(await png())
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const json = JSON.stringify({ shapes: [outline], imageWidth: 6, imageHeight: 4 });
  expect((await said({ 'a.jpg': lying, 'a.json': json })).notes).toEqual([
    'a.jpg: it is not turned upright, since its annotations have its size as stored',
  ]);
});

/** Grey of 32 bits, uncompressed, in one strip. */
function tiff(width: number, height: number, value: (pixel: number) => number, description = ''): Buffer {
  const text = Buffer.from(`${description}\0`);
  const [tags, pixels] = [10, width * height * 4];
  const textAt = 8 + 2 + tags * 12 + 4;
  const dataAt = textAt + text.length + (text.length % 2);
  const out = Buffer.alloc(dataAt + pixels);
  out.write('II*\0\x08\0\0\0', 'latin1');
  out.writeUInt16LE(tags, 8);
  const entries = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 32],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [270, 2, text.length, text.length > 4 ? textAt : 0],
    [273, 4, 1, dataAt],
    [278, 4, 1, height],
    [279, 4, 1, pixels],
    [339, 3, 1, 1],
  ];
  entries.forEach(([tag = 0, type = 0, count = 0, number = 0], i) => {
    out.writeUInt16LE(tag, 10 + i * 12);
    out.writeUInt16LE(type, 12 + i * 12);
    out.writeUInt32LE(count, 14 + i * 12);
    out.writeUInt32LE(number, 18 + i * 12);
  });
  text.copy(out, textAt);
  for (let pixel = 0; pixel < width * height; pixel++) out.writeUInt32LE(value(pixel), dataAt + pixel * 4);
  return out;
}
