import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { drawn, folderOf, messages, png } from './folder-of.js';

// One export, its text in the encodings and with the line ends that systems write, and with Python's in place of JSON.

const SQUARE = [
  [1, 1],
  [3, 1],
  [3, 3],
  [1, 3],
];
const MASK = [['......', '.##...', '.##...', '......']];
const shape = { name: 'polygon', all_points_x: SQUARE.map(([x]) => x), all_points_y: SQUARE.map(([, y]) => y) };
const [xs, ys] = [shape.all_points_x.join(', '), shape.all_points_y.join(', ')];
const PYTHONS = `{'name': 'polygon', 'all_points_x': [${xs}], 'all_points_y': (${ys})}`;
const json = JSON.stringify(shape);
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const table = (cell: string) => `filename,region_shape_attributes\na.png,${quoted(cell)}\n`;

const TEXTS: Readonly<Record<string, { file: string; text: string }>> = {
  'VIA as a table': { file: 'via.csv', text: table(json) },
  "VIA as a table of Python's": { file: 'via.csv', text: table(PYTHONS) },
  "VIA as JSON with Python's in texts": {
    file: 'via.json',
    text: JSON.stringify({ a: { filename: 'a.png', regions: [{ shape_attributes: PYTHONS }] } }),
  },
  VIA: {
    file: 'via.json',
    text: JSON.stringify({ a: { filename: 'a.png', regions: [{ shape_attributes: shape }] } }, null, 1),
  },
  LabelMe: { file: 'a.json', text: JSON.stringify({ shapes: [{ points: SQUARE, shape_type: 'polygon' }] }, null, 1) },
  YOLO: {
    file: 'labels/a.txt',
    text: `${SQUARE.reduce((line, [x = 0, y = 0]) => `${line} ${x / 6} ${y / 4}`, '0')}\n1 0.1 0.1\n`,
  },
};
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
const WAYS: Readonly<Record<string, (text: string) => Buffer>> = {
  'as it is': (text) => Buffer.from(text),
  'a byte order mark': (text) => Buffer.from(`\uFEFF${text}`),
  'UTF-16': utf16,
  'UTF-16, big-endian': (text) => utf16(text).swap16(),
  'line ends of Windows': (text) => Buffer.from(text.replaceAll('\n', '\r\n')),
  'line ends of old Macs': (text) => Buffer.from(text.replaceAll('\n', '\r')),
};

describe.each(Object.keys(TEXTS))('%s', (kind) => {
  it.each(Object.keys(WAYS))('is read with %s', async (way) => {
    const { file, text } = TEXTS[kind] as (typeof TEXTS)[string];
    const image = kind === 'YOLO' ? 'images/a.png' : 'a.png';
    const folder = folderOf({
      [image]: await png(),
      [file]: (WAYS[way] as (text: string) => Buffer)(text),
      'splits/train.txt': '\uFEFFa\r',
    });
    expect(await drawn(folder, 'train', 'a')).toEqual(MASK);
    expect((await messages(folder)).length).toBe(kind === 'YOLO' ? 1 : 0);
  });
});

describe('COCO', () => {
  it.each([
    ['UTF-16', utf16('{"images": []}'), 'byte 0: it is UTF-16; save it as UTF-8'],
    ['UTF-16 without its mark', Buffer.from('{"images": []}', 'utf16le'), 'byte 1: it is UTF-16; save it as UTF-8'],
    ["a dictionary of Python's", Buffer.from("{'images': []}"), 'byte 1: it is a dictionary as Python shows it'],
  ])('in %s says so', async (_, content, what) => {
    const folder = folderOf({ 'a.png': await png(), '_annotations.coco.json': content });
    await expect(checkDataset(folder)).rejects.toThrow(what);
  });
});

it('a list of a split that is no text is refused, not passed over', async () => {
  const folder = folderOf({
    'images/a.png': await png(),
    'masks/a.png': await png(),
    'splits/train.txt': Buffer.from([0x61, 0xe9, 0x0a]),
  });
  await expect(checkDataset(folder)).rejects.toThrow(/splits\/train.txt cannot be read: it is no text in UTF-8/);
});
