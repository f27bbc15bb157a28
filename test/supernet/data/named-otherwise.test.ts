import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { listLocated } from '../../../src/supernet/data/locate-images.js';
import { AS_MASKS, pairFiles } from '../../../src/supernet/data/paired-files.js';
import { folderOf, png } from './folder-of.js';

const seed = 20_261_128;

/** Where each name leads; undefined where it leads nowhere. */
async function located(folder: string, names: readonly string[], by = 'annotations.json', places = ['images', '.']) {
  const found: (string | undefined)[] = names.map(() => undefined);
  const named = names.map((name) => [name]);
  const { faults, notes } = await listLocated(folder, places, named, join(folder, by), (image, i) => {
    found[i] = image.file;
    return { ...image, split: 'train', digest: () => Promise.reject(), load: () => Promise.reject() };
  });
  return { found, faults: faults.map(({ message }) => message.replaceAll(folder, '')), notes };
}

describe('an image that an annotation file names in other words', () => {
  it.each([
    'Photo_A.png',
    'photo_a.PNG',
    '/home/me/images/Photo_A.png',
    'C:\\data\\Photo_A.png',
    '../Photo_A.png',
    'https://host.org/x/Photo_A.png?signature=a%2Fb#top',
    's3://bucket/Photo_A.png',
    'Photo_A',
    'Photo_A.jpg',
    ' Photo_A.png ',
    'set/images/Photo_A.png',
  ])('is the one picture that it fits: %s', async (name) => {
    const folder = folderOf({ 'images/Photo_A.png': '', 'images/b.png': '', 'masks/photo_a.png': '' });
    const { found, faults, notes } = await located(folder, [name, 'b.png']);
    expect({ found, faults }).toEqual({ found: ['images/Photo_A.png', 'images/b.png'], faults: [] });
    expect(notes).toEqual(name === 'Photo_A.png' ? [] : [expect.stringMatching(/names one image in other words/)]);
  });

  it('is none of two, none that another name means, and none of another split', async () => {
    const folder = folderOf({ 'images/x/a.png': '', 'images/y/a.png': '', 'images/c.png': '' });
    expect(await located(folder, ['/z/a.png', '/x/a.png', 'd/c.png', 'e/c.png', 'f.png'])).toMatchObject({
      found: [undefined, 'images/x/a.png', undefined, undefined, undefined],
      faults: [
        '/annotations.json lists "/z/a.png", which could be images/x/a.png or images/y/a.png',
        '/annotations.json lists "d/c.png", which could be images/c.png, but another name means it, too',
        '/annotations.json lists "e/c.png", which could be images/c.png, but another name means it, too',
        '/annotations.json lists "f.png", which is in none of images, .',
      ],
    });
    const splits = folderOf({ 'val/a.png': '' });
    expect((await located(splits, ['a.png'], 'annotations/instances_train.json')).found).toEqual([undefined]);
    expect((await located(splits, ['a.png'], 'annotations/instances_val.json')).found).toEqual(['val/a.png']);
  });

  it('is never another one', async () => {
    const stem = fc.stringMatching(/^[a-dA-D\u00e9]{1,2}$/);
    const file = fc.record({ place: fc.constantFrom('images/', 'images/x/', 'images/y/'), stem });
    const changes: ((path: string) => string)[] = [
      (path) => path.toUpperCase(),
      (path) => `/home/me/${path}`,
      (path) => `https://host/${encodeURI(path)}?x=1`,
      (path) => path.replaceAll('/', '\\'),
      (path) => path.normalize('NFD'),
      (path) => path.replace(/\.png$/, '.jpg'),
      (path) => path.slice('images/'.length),
    ];
    const same = (path: string) => path.normalize('NFC').toLowerCase();
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(file, { minLength: 1, maxLength: 6, selector: ({ place, stem: own }) => same(place + own) }),
        fc.array(fc.constantFrom(...changes), { minLength: 6, maxLength: 6 }),
        async (files, how) => {
          const paths = files.map(({ place, stem: own }) => `${place}${own}.png`);
          const folder = folderOf(Object.fromEntries(paths.map((path) => [path, ''])));
          const { found } = await located(
            folder,
            paths.map((path, i) => how[i]?.(path) ?? path),
          );
          const isAlone = (path: string) =>
            paths.filter(
              (other) => same(other.slice(other.lastIndexOf('/'))) === same(path.slice(path.lastIndexOf('/'))),
            ).length === 1;
          paths.forEach((path, i) => {
            // One that shares its name with another may be left over; no picture is taken for another.
            if (isAlone(path)) expect(found[i]).toBe(path);
            else expect([path, undefined]).toContain(found[i]);
          });
        },
      ),
      { seed, numRuns: 100 },
    );
  });
});

describe('one annotation file of images in folders named train, val and test', () => {
  const names = ['train/a.png', 'val/b.png', 'test/c.png'];
  const shape = { name: 'polygon', all_points_x: [1, 3, 3], all_points_y: [1, 1, 3] };
  const files: { [format: string]: readonly [file: string, content: string] } = {
    COCO: [
      'annotations.json',
      JSON.stringify({
        images: names.map((file_name, id) => ({ id, file_name, width: 6, height: 4 })),
        annotations: names.map((_, id) => ({ id, image_id: id, category_id: 1, segmentation: [[1, 1, 3, 1, 3, 3]] })),
        categories: [{ id: 1, name: 'one' }],
      }),
    ],
    VIA: [
      'via.json',
      JSON.stringify(
        Object.fromEntries(
          names.map((filename) => [
            filename,
            { filename, size: -1, regions: [{ shape_attributes: shape, region_attributes: {} }], file_attributes: {} },
          ]),
        ),
      ),
    ],
    CVAT: [
      'annotations.xml',
      `<annotations>${names
        .map(
          (name, id) =>
            `<image id="${id}" name="${name}" width="6" height="4"><polygon label="one" points="1,1;3,1;3,3"/></image>`,
        )
        .join('')}</annotations>`,
    ],
    'Label Studio': [
      'export.json',
      JSON.stringify(
        names.map((image, id) => ({
          ...{ id, data: { image } },
          annotations: [
            {
              result: [
                {
                  ...{ type: 'polygonlabels', original_width: 6, original_height: 4 },
                  value: {
                    points: [
                      [16, 25],
                      [50, 25],
                      [50, 75],
                    ],
                    polygonlabels: ['one'],
                  },
                },
              ],
            },
          ],
        })),
      ),
    ],
  };

  it.each(Object.keys(files))('has the splits of the folders: %s', async (format) => {
    const [file, content] = files[format] as readonly [string, string];
    const pictures = await Promise.all(names.map(async (name) => [`images/${name}`, await png()] as const));
    const folder = folderOf({ [file]: content, ...Object.fromEntries(pictures) });
    const { splits, faults } = await checkDataset(folder);
    expect({ splits, faults }).toEqual({ splits: { train: 1, val: 1, test: 1 }, faults: [] });
  });
});

describe('a file that is named after an image', () => {
  it.each([
    ['a.png', 'a_annotation.png'],
    ['a.png', 'mask_a.png'],
    ['img_001.png', 'mask_001.png'],
    ['a_image.png', 'A-Label.PNG'],
    ['a.png', 'a.ome.tif'],
    ['\u00e9.png', 'e\u0301_mask.png'],
    ['a.png', 'a_labelIds.png'],
  ])('is its mask: %s and %s', (image, mask) => {
    expect([...pairFiles([image, 'b.png'], [mask, 'b.png'], AS_MASKS)]).toContainEqual([image, mask]);
  });

  it('is paired with its own or with none, whatever else is there', () => {
    const stem = fc.stringMatching(/^[ab1]{1,3}$/);
    const added = fc.constantFrom(
      (name: string) => `${name}.png`,
      (name: string) => `${name}_mask.png`,
      (name: string) => `mask_${name}.tif`,
      (name: string) => `${name.toUpperCase()}.png`,
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(stem, { maxLength: 8 }),
        fc.array(added, { minLength: 8, maxLength: 8 }),
        (stems, how) => {
          const images = stems.map((own) => `${own}.jpg`);
          const masks = stems.map((own, i) => how[i]?.(own) ?? own);
          expect(pairFiles(images, masks, AS_MASKS)).toEqual(new Map(images.map((image, i) => [image, masks[i]])));
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it('is paired with none of two that it fits', () => {
    expect(pairFiles(['A.png', 'a.jpg'], ['a.txt']).size).toBe(1);
    expect(pairFiles(['A.jpg', 'a.JPG'], ['a.PNG.txt']).size).toBe(0);
    expect(pairFiles(['a.png'], ['a_mask.png', 'mask_a.png'], AS_MASKS).size).toBe(0);
  });
});

const square = [1, 1, 3, 1, 3, 3, 1, 3];
const shapes = [{ points: square.flatMap((x, i) => (i % 2 === 0 ? [[x, square[i + 1]]] : [])) }];

it.each<[string, (content: Buffer) => Record<string, string | Buffer>]>([
  ['YOLO, other case', (image) => ({ 'images/a.png': image, 'labels/A.TXT': '0 0.2 0.25 0.5 0.25 0.5 0.75 0.2 0.75' })],
  [
    'YOLO, a.png.txt',
    (image) => ({ 'images/a.png': image, 'labels/a.png.txt': '0;0.2;0.25;0.5;0.25;0.5;0.75;0.2;0.75' }),
  ],
  ['LabelMe, other case', (image) => ({ 'a.png': image, 'A.JSON': JSON.stringify({ shapes }) })],
  ['LabelMe in train/', (image) => ({ 'train/a.png': image, 'train/a.json': JSON.stringify({ shapes }) })],
  ['LabelMe apart', (image) => ({ 'images/a.png': image, 'json/a.json': JSON.stringify({ shapes }) })],
  [
    'Supervisely, other case',
    (image) => ({
      'img/a.png': image,
      'ann/A.png.json': JSON.stringify({
        size: { width: 6, height: 4 },
        objects: [{ points: { exterior: shapes[0]?.points } }],
      }),
    }),
  ],
  ...['annotations.json', 'labels.json', 'annotations/train.json', 'data/coco.json'].map(
    (json): [string, (image: Buffer) => Record<string, string | Buffer>] => [
      `COCO called ${json}`,
      (image) => ({
        'data/a.png': image,
        [json]: JSON.stringify({
          images: [{ id: 1, file_name: 'a.png' }],
          annotations: [{ id: 1, image_id: 1, segmentation: [square] }],
        }),
      }),
    ],
  ),
])('what belongs to an image is found: %s', async (_, files) => {
  expect(await checkDataset(folderOf(files(await png())))).toMatchObject({ images: 1, objects: 1, faults: [] });
});
