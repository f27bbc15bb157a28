import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { drawn, folderOf, messages, png } from './folder-of.js';

const RECTANGLE = ['......', '.##...', '.##...', '......'];

describe('YOLO segmentation labels', () => {
  const square = '0 0.166667 0.25 0.5 0.25 0.5 0.75 0.166667 0.75';
  const text = `${square}\n1 0.5 0.5 0.2 0.2\n\n2 0 0 1 0 1 0.25 0 0.25\r\n3 1 2 3 2 3 4\n4 0.1 0.1 0.2\n`;

  it.each([
    ['images/train/a.png', 'labels/train/a.txt', 'images/val/b.png', 'train/a'],
    ['train/images/a.png', 'train/labels/a.txt', 'valid/images/b.png', 'a'],
  ])('are read from %s and %s', async (image, label, other, name) => {
    const folder = folderOf({
      'data.yaml': 'train: images/train\nval: images/val\nnames: [a]\n',
      [image]: await png(),
      [label]: text,
      [other]: await png(),
      [other.replace('images', 'labels').replace('.png', '.txt')]: '',
      [image.replace('/a.', '/empty.')]: await png(),
      [label.replace('/a.', '/orphan.')]: square,
    });
    expect(await drawn(folder, 'train', name)).toEqual([RECTANGLE, ['######', '......', '......', '......']]);
    const path = `/${label}`;
    expect(await messages(folder)).toEqual([
      `DATA_UNPAIRED ${path.replace('/a.', '/orphan.')} has no image of the same name`,
      `DATA_ANNOTATION ${path}: an annotation (number 2) is a box, which is no mask`,
      `DATA_ANNOTATION ${path}: an annotation (number 4) has the coordinate 2, which is no share of the image's side`,
      `DATA_ANNOTATION ${path}: an annotation (number 5) has 3 coordinates, which are no points`,
      'DATA_NO_OBJECTS its mask has no objects',
      'DATA_NO_OBJECTS its mask has no objects',
    ]);
    expect((await openDataset(folder, 'val', { onSkip: () => undefined })).names.length).toBe(1);
  });
});

describe('Roboflow', () => {
  it('is read with its three splits from COCO Segmentation', async () => {
    const json = (file_name: string) =>
      JSON.stringify({
        images: [{ id: 0, license: 1, file_name, height: 4, width: 6 }],
        categories: [{ id: 0, name: 'cells', supercategory: 'none' }],
        annotations: [
          { id: 0, image_id: 0, category_id: 1, bbox: [1, 1, 2, 2], segmentation: [[1, 1, 3, 1, 3, 3, 1, 3]] },
        ],
      });
    const parts = ['train', 'valid', 'test'];
    const files = parts.map(async (part) => [
      [`${part}/_annotations.coco.json`, json(`${part}_png.rf.0a1b.jpg`)] as const,
      [`${part}/${part}_png.rf.0a1b.jpg`, await png()] as const,
    ]);
    const folder = folderOf({ 'README.roboflow.txt': '', ...Object.fromEntries((await Promise.all(files)).flat()) });
    expect(await checkDataset(folder)).toMatchObject({ splits: { train: 1, val: 1, test: 1 }, objects: 3, faults: [] });
  });
});

describe('Supervisely', () => {
  /** `#.#` over `###`, written by Pillow as Supervisely's own code does. */
  const bitmap =
    'eJzrDPBz5+WS4mJgYOD19HAJAtLMQMzECCKX7/oSCaTYAnxCXIH0////l96cfxfIYiwJ8gtmcHh2Iw3I4fF0cQypmJMcceADUOMRxsaXdeqtQHEGT1c/l3VOCU0AqZUbjQ==';
  const ring = (x0: number, y0: number, x1: number, y1: number) => [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
  const objects = [
    { id: 5, classTitle: 'a', geometryType: 'bitmap', bitmap: { data: bitmap, origin: [3, 1] } },
    { id: 6, geometryType: 'polygon', points: { exterior: ring(0, 0, 4, 4), interior: [ring(1, 1, 3, 3)] } },
    { id: 7, bitmap: { data: bitmap, origin: [5, 0] }, points: { exterior: [], interior: [] } },
    {
      id: 8,
      geometryType: 'rectangle',
      points: {
        exterior: [
          [0, 0],
          [2, 2],
        ],
        interior: [],
      },
    },
    { id: 9, geometryType: 'bitmap', bitmap: { data: 'AAAA', origin: [0, 0] } },
    { id: 10, geometryType: 'polygon', points: { exterior: [[0]] } },
  ];
  const annotation = (width: number, height: number) => JSON.stringify({ size: { width, height }, tags: [], objects });

  it('is read with bitmaps, and polygons with holes', async () => {
    const folder = folderOf({
      'meta.json': '{"classes": [], "tags": []}',
      'ds train/img/a.png': await png(),
      'ds train/ann/a.png.json': annotation(6, 4),
      'ds train/img/b.png': await png(),
      'ds train/ann/b.json': annotation(4, 6),
      'ds train/img/c.png': await png(),
      'ds train/ann/d.png.json': annotation(6, 4),
    });
    expect(await drawn(folder, 'train', 'a')).toEqual([
      ['......', '...#.#', '...###', '......'],
      ['####..', '#..#..', '#..#..', '####..'],
      ['.....#', '.....#', '......', '......'],
    ]);
    const path = '/ds train/ann/a.png.json';
    expect(await messages(folder)).toEqual([
      'DATA_UNPAIRED /ds train/img/c.png has no annotation of the same name',
      'DATA_UNPAIRED /ds train/ann/d.png.json has no image of the same name',
      `DATA_ANNOTATION ${path}: an annotation (id 8) is a rectangle, which is no mask`,
      `DATA_ANNOTATION ${path}: an annotation (id 9) has a bitmap that cannot be unpacked`,
      `DATA_ANNOTATION ${path}: an annotation (number 6) is no shape`,
      'DATA_SIZE /ds train/img/b.png is 6x4, /ds train/ann/b.json says 4x6',
    ]);
  });
});

describe('LabelMe', () => {
  /** `#.#` over `###`, of one bit a pixel, written by Pillow as LabelMe does. */
  const mask = 'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAQAAAAC1D1u3AAAADElEQVR4nGNYwPAAAALEAYHpfieFAAAAAElFTkSuQmCC';
  const shapes = [
    {
      shape_type: 'mask',
      group_id: null,
      points: [
        [2, 1],
        [4, 2],
      ],
      mask,
    },
    {
      shape_type: 'polygon',
      group_id: 3,
      points: [
        [1, 1],
        [3, 1],
        [3, 3],
        [1, 3],
      ],
    },
    {
      shape_type: 'rectangle',
      group_id: 3,
      points: [
        [5, 0],
        [6, 1],
      ],
    },
    {
      shape_type: 'linestrip',
      group_id: 3,
      points: [
        [1, 1],
        [3, 1],
      ],
    },
    { shape_type: 'polygon', points: 'none' },
  ];

  it('is read with masks and groups; a shape that is none costs itself alone', async () => {
    const folder = folderOf({
      'a.png': await png(),
      'a.json': JSON.stringify({ version: '5.5.0', shapes, imageWidth: 6 }),
      'splits/val.txt': 'a',
    });
    expect(await drawn(folder, 'val', 'a')).toEqual([
      ['......', '..#.#.', '..###.', '......'],
      ['.....#', '.##...', '.##...', '......'],
    ]);
    expect(await messages(folder)).toEqual([
      'DATA_ANNOTATION /a.json: an annotation (number 3) is a linestrip, which is no mask',
      'DATA_ANNOTATION /a.json: an annotation (number 4) is no shape with a list of points',
    ]);
  });
});

describe('Label Studio', () => {
  const assets = resolve(import.meta.dirname, '../../assets/label-studio');
  const brushes: readonly { width: number; height: number; rows: string[]; rle: number[] }[] = JSON.parse(
    readFileSync(join(assets, 'brushes.json'), 'utf8'),
  );
  const place = { original_width: 6, original_height: 4, image_rotation: 0, from_name: 'label', to_name: 'image' };
  const points = [
    [100 / 6, 25],
    [50, 25],
    [50, 75],
    [100 / 6, 75],
  ];
  const result = [
    { ...place, id: 'p1', type: 'polygon', value: { points } },
    { ...place, id: 'p1', type: 'labels', value: { points, labels: ['a'] } },
    { ...place, id: 'e1', type: 'ellipselabels', value: { x: 50, y: 50, radiusX: 48, radiusY: 48, rotation: 0 } },
    { ...place, id: 'r1', type: 'rectanglelabels', value: { x: 0, y: 0, width: 10, height: 10 } },
    { ...place, id: 't1', type: 'polygonlabels', image_rotation: 90, value: { points } },
    { id: 'c1', type: 'choices', value: { choices: ['good'] } },
  ];
  const task = (image: string, annotations: readonly object[], more: object = {}) => ({
    id: 1,
    ...{ annotations, ...more },
    data: { image },
  });

  it('is read from its JSON: polygons, ellipses, one annotator, pictures by any of their names', async () => {
    const folder = folderOf({
      'project-1-at-2026-01-02.json': JSON.stringify([
        task('/data/upload/1/0a1b2c3d-a%20b.png', [{ was_cancelled: true, result }, { result }, { result: [] }]),
        task('/data/local-files/?d=deep/c.png', [{ result }, { ground_truth: true, result: [] }]),
        task('https://host/x.png?sig=1', [], { file_upload: '0a1b2c3d-gone.png' }),
      ]),
      'images/a b.png': await png(),
      'images/deep/c.png': await png(),
      'splits/train.txt': 'a b\nc\n',
    });
    expect(await drawn(folder, 'train', 'a b')).toHaveLength(2);
    expect(new Set(await drawn(folder, 'train', 'a b'))).toEqual(
      new Set([RECTANGLE, ['.####.', '######', '######', '.####.']]),
    );
    const label = '/project-1-at-2026-01-02.json';
    const { notes } = await checkDataset(folder);
    expect(notes).toEqual(
      ['images/a b.png', 'images/deep/c.png'].map((file) => `${file}: it has 2 annotations, of which one is read`),
    );
    expect(await messages(folder)).toEqual([
      `DATA_MISSING ${label} lists "0a1b2c3d-gone.png", which is in none of ., images`,
      `DATA_ANNOTATION ${label}, "a b": an annotation (id "r1") is a rectangle, which is no mask`,
      `DATA_ANNOTATION ${label}, "a b": an annotation (id "t1") is drawn on the picture turned by 90 degrees`,
      'DATA_NO_OBJECTS its mask has no objects',
    ]);
  });

  it.each(['JSON', 'JSON-MIN'])('has the brushes that its own tools pack, in %s', async (kind) => {
    for (const { width, height, rows, rle } of brushes) {
      const value = { format: 'rle', rle, brushlabels: ['a'] };
      const size = { original_width: width, original_height: height };
      const region = { ...place, ...size, id: 'b1' };
      const content =
        kind === 'JSON'
          ? task('a.png', [{ result: [{ ...region, type: 'brushlabels', value }] }])
          : { id: 1, image: 'a.png', tag: [{ ...size, ...value }], annotator: 1 };
      const folder = folderOf({
        'export.json': JSON.stringify([content]),
        'a.png': await png(width, height),
        'splits/val.txt': 'a',
      });
      expect(await drawn(folder, 'val', 'a')).toEqual(rows.some((row) => row.includes('#')) ? [rows] : []);
    }
  });
});
