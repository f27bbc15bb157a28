import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { drawn, folderOf, png } from './folder-of.js';

const RECTANGLE = ['......', '.##...', '.##...', '......'];

describe('CVAT for images', () => {
  const xml = (images: string) => `<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><job><id>1</id><labels><label><name>a &lt;b&gt;</name></label></labels></job></meta>
  <!-- <image name="no.png"> -->
  ${images}
</annotations>
`;
  const shapes = `
    <polygon label="x" source="manual" occluded="0" points="1.00,1.00;3.00,1.00;3.00,3.00;1.00,3.00" z_order="0">
      <attribute name="points">1,2</attribute>
    </polygon>
    <mask label='x' source="manual" occluded="0" rle="0, 1, 2, 2" left="2" top="1" width="1" height="5" z_order="0"/>
    <mask label="x" source="manual" occluded="0" rle="1, 3, 1, 1" left="3" top="1" width="3" height="2" z_order="0"></mask>
    <polygon label="y" group_id="7" points="0,0;1,0;1,1;0,1"/>
    <polygon label="y" group_id="7" points="5,3;6,3;6,4;5,4"/>
    <ellipse label="z" cx="3.0" cy="2.0" rx="2.9" ry="1.9" rotation="0"/>
    <box label="x" xtl="1" ytl="1" xbr="2" ybr="2"/><box label="x" xtl="1" ytl="1" xbr="3" ybr="2"/>
    <polyline label="x" points="1,1;2,2"/><tag label="x" source="manual"></tag>`;

  it('are read with their polygons, masks, ellipses and groups; what is no mask is named', async () => {
    const folder = folderOf({
      'annotations.xml': xml(
        `<image id="0" name="a &amp; b.png" subset="Train" width="6" height="4">${shapes}</image>
         <image id="1" name="deep/c.png" subset="Validation" width="6" height="4"/>`,
      ),
      'images/Train/a & b.png': await png(),
      'images/deep/c.png': await png(),
    });
    expect(await drawn(folder, 'train', 'a & b')).toEqual([
      RECTANGLE,
      ['......', '....##', '...#.#', '......'],
      ['#.....', '......', '......', '.....#'],
      ['.####.', '######', '######', '.####.'],
    ]);
    const { images, splits, faults } = await checkDataset(folder);
    expect({ images, splits }).toEqual({ images: 2, splits: { train: 1, val: 1, test: 0 } });
    expect(faults.map(({ code, message }) => `${code} ${message.replace(folder, '')}`)).toEqual([
      'DATA_ANNOTATION /annotations.xml, "a & b.png": an annotation (number 2) has a mask of 1x5',
      'DATA_ANNOTATION /annotations.xml, "a & b.png": 2 annotations, the first (number 6) is a box, which is no mask',
      'DATA_ANNOTATION /annotations.xml, "a & b.png": an annotation (number 8) is a polyline, which is no mask',
      'DATA_NO_OBJECTS its mask has no objects',
    ]);
  });

  it('for video are named with the way to convert them', async () => {
    const folder = folderOf({ 'annotations.xml': xml('<track id="0" label="x"><box frame="0"/></track>') });
    const { faults } = await checkDataset(folder);
    expect(faults).toMatchObject([{ code: 'DATA_ANNOTATION', message: expect.stringMatching(/1 tracks of a video/) }]);
  });

  it.each([
    ['cut off', '<annotations><image name="a.png"', /ends too early/],
    ['with crossed elements', '<annotations><image name="a.png"></annotations>', /closes nothing/],
    ['with entities', '<!DOCTYPE a [<!ENTITY b "c">]><annotations/>', /defines entities/],
    ['no XML', '{}', /is no XML/],
    ['followed by more', '<annotations/> more', /is no XML/],
    ['nested too deep', '<annotations>'.repeat(100), /nested deeper/],
    ['of no picture', '<annotations></annotations>', /no images/],
  ])('are refused when the file is %s', async (_, text, message) => {
    const folder = folderOf({ 'annotations.xml': text });
    await expect(openDataset(folder, 'train')).rejects.toThrow(message);
  });
});

describe('VIA', () => {
  const polygon = { name: 'polygon', all_points_x: [1, 3, 3, 1], all_points_y: [1, 1, 3, 3] };
  const rect = { name: 'rect', x: 4, y: 0, width: 2, height: 1 };
  const circle = { name: 'circle', cx: 3, cy: 2, r: 1.5 };
  const ellipse = { name: 'ellipse', cx: 3, cy: 2, rx: 2.9, ry: 0.6, theta: Math.PI / 2 };
  const wrong = [
    { name: 'point', cx: 1, cy: 1 },
    { name: 'polygon', all_points_x: [1], all_points_y: [1, 2] },
    { name: 'rect', x: 1 },
  ];
  const shapes = [polygon, rect, circle, ellipse, ...wrong];
  const regions = shapes.map((shape_attributes) => ({ shape_attributes, region_attributes: { type: 'a' } }));
  const one = { filename: 'a.png', size: 77, regions, file_attributes: {} };
  const none = { filename: 'b.png', size: 77, regions: [], file_attributes: {} };
  const row = (file: string, count: number, id: number, shape: object) =>
    [file, 77, '{}', count, id, JSON.stringify(shape), '{}']
      .map((cell) => (/[",]/.test(`${cell}`) ? `"${`${cell}`.replaceAll('"', '""')}"` : cell))
      .join(',');
  const head = 'filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes';
  const texts: Readonly<Record<string, string>> = {
    'a saved project': JSON.stringify({
      _via_settings: { core: {} },
      _via_img_metadata: { 'a.png77': one, 'b.png77': none },
      _via_attributes: {},
    }),
    'exported annotations': JSON.stringify({ 'a.png77': one, 'b.png77': none }),
    'annotations of VIA 1': JSON.stringify({
      'a.png77': { ...one, regions: Object.fromEntries(regions.entries()) },
      'b.png77': { ...none, regions: {} },
    }),
    'a table': [head, ...shapes.map((shape, i) => row('a.png', shapes.length, i, shape)), row('b.png', 0, 0, {})].join(
      '\n',
    ),
    'a table of VIA 1': `\uFEFF#${head}\r\n${shapes.map((shape, i) => row('a.png', 7, i, shape)).join('\r\n')}\r\n${row('b.png', 0, 0, {})}`,
  };

  it.each(Object.keys(texts))('is read from %s', async (kind) => {
    const file = kind.includes('table') ? 'train/via_region_data.csv' : 'train/via_region_data.json';
    const folder = folderOf({ [file]: texts[kind] ?? '', 'train/a.png': await png(), 'train/b.png': await png() });
    expect(await drawn(folder, 'train', 'a')).toEqual([
      RECTANGLE,
      ['....##', '......', '......', '......'],
      ['......', '..##..', '..##..', '......'],
      expect.arrayContaining(['..##..']),
    ]);
    const { faults, splits } = await checkDataset(folder);
    expect(splits).toEqual({ train: 2, val: 0, test: 0 });
    expect(faults.map(({ image, message }) => `${image} ${message.replace(/^.*"a\.png": /, '')}`)).toEqual([
      'a an annotation (number 5) is a point, which is no mask',
      'a an annotation (number 6) is a polygon of 1 x and 2 y',
      'a an annotation (number 7) is a rect without its numbers',
      'b its mask has no objects',
    ]);
  });
});
