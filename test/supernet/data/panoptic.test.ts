import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { readPanopticSegments } from '../../../src/supernet/data/panoptic-segments.js';
import { drawn, folderOf, png } from './folder-of.js';

/** A PNG of colours that are these numbers. */
const segmentsPng = (rows: readonly (readonly number[])[]): Promise<Buffer> => {
  const rgb = Buffer.from(rows.flat().flatMap((id) => [id % 256, Math.floor(id / 256) % 256, Math.floor(id / 65536)]));
  return sharp(rgb, { raw: { width: rows[0]?.length ?? 0, height: rows.length, channels: 3 } })
    .png()
    .toBuffer();
};

const [PERSON, CAR, CROWD, SKY, UNKNOWN] = [3226956, 255, 256, 65536, 7];
const ROWS = [
  [SKY, SKY, SKY, SKY, SKY, SKY],
  [0, PERSON, PERSON, CROWD, CROWD, 0],
  [CAR, PERSON, PERSON, 0, 0, UNKNOWN],
  [CAR, CAR, 0, 0, PERSON, UNKNOWN],
];
const DRAWN = [
  ['......', '......', '#.....', '##....'],
  ['......', '.##...', '.##...', '....#.'],
];
const segment = (id: number, category_id: number, iscrowd = 0) => ({ id, category_id, iscrowd, area: 1, bbox: [] });
const json = (more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    info: {},
    images: [{ id: 1, file_name: 'a.jpg', width: 6, height: 4 }],
    annotations: [
      {
        image_id: 1,
        file_name: 'a.png',
        segments_info: [segment(PERSON, 1), segment(CAR, 3), segment(CROWD, 1, 1), segment(SKY, 187)],
      },
    ],
    categories: [
      { id: 1, name: 'person', isthing: 1 },
      { id: 3, name: 'car', isthing: 1 },
      { id: 187, name: 'sky', isthing: 0 },
    ],
    ...more,
  });

const said = async (folder: string) => {
  const { faults, notes } = await checkDataset(folder);
  const all = [
    ...faults.map(({ code, message }) => `${code} ${message}`),
    ...notes.filter((note) => !/split/.test(note)),
  ];
  return all.map((line) => line.replaceAll(`${folder}/`, ''));
};

describe("COCO's panoptic task", () => {
  it.each([
    [
      'as it is published',
      'annotations/panoptic_train2017.json',
      'annotations/panoptic_train2017/a.png',
      'train2017/a.jpg',
    ],
    ['with its folders side by side', 'panoptic_train.json', 'panoptic_train/a.png', 'train/a.jpg'],
    ['under names of its own', 'train/labels.json', 'train/masks/a.png', 'train/a.jpg'],
  ])('gives things and neither stuff nor crowds, %s', async (_, file, mask, image) => {
    const folder = folderOf({ [file]: json(), [mask]: await segmentsPng(ROWS), [image]: await png() });
    expect(await drawn(folder, 'train', 'a')).toEqual(DRAWN);
    expect(await said(folder)).toEqual([
      `${file} has 1 categories that are no things ("sky" …): their segments are no objects`,
      `${image}: 1 colours of its segments have no entry in ${join(folder, file).replace(`${folder}/`, '')} (the first is 7) and are background`,
    ]);
  });

  it('gives every segment where nothing tells things from stuff', async () => {
    const folder = folderOf({
      'panoptic_train.json': json({ categories: [{ id: 1, name: 'cell' }] }),
      'panoptic_train/a.png': await segmentsPng(ROWS),
      'train/a.jpg': await png(),
    });
    expect((await drawn(folder, 'train', 'a')).length).toBe(3);
  });

  it('leaves it to the instances of one release', async () => {
    const instances = JSON.stringify({
      images: [{ id: 1, file_name: 'a.jpg', width: 6, height: 4 }],
      annotations: [{ id: 4, image_id: 1, segmentation: [[1, 1, 3, 1, 3, 3, 1, 3]] }],
    });
    const folder = folderOf({
      'annotations/instances_train2017.json': instances,
      'annotations/panoptic_train2017.json': json(),
      'train2017/a.jpg': await png(),
    });
    expect(await drawn(folder, 'train', 'a')).toEqual([['......', '.##...', '.##...', '......']]);
  });

  it('names what cannot be used', async () => {
    const of = async (mask: Buffer | undefined, more = {}) =>
      (
        await said(
          folderOf({
            'panoptic_train.json': json({ categories: [], ...more }),
            ...(mask === undefined ? {} : { 'panoptic_train/a.png': mask }),
            'train/a.jpg': await png(),
          }),
        )
      )[0];
    const grey = sharp({ create: { width: 6, height: 4, channels: 3, background: '#090909' } });
    expect(await of(undefined)).toMatch(
      /^DATA_MISSING panoptic_train\.json lists "a\.png", which is in none of panoptic_train,/,
    );
    expect(await of(await segmentsPng(ROWS.slice(1)))).toMatch(
      /^DATA_SIZE panoptic_train\/a\.png is 6x3, its image 6x4/,
    );
    expect(await of(await grey.clone().toColourspace('b-w').png().toBuffer())).toMatch(/is no picture of colours/);
    expect(await of(await grey.clone().jpeg().toBuffer())).toMatch(/is no PNG, which keeps colours as they are/);
    expect(await of(await segmentsPng(ROWS), { annotations: [{ image_id: 1, segments_info: [] }] })).toMatch(
      /an annotation \(number 1\) has no file_name or no segments_info/,
    );
    const twice = [{ image_id: 1, file_name: 'a.png', segments_info: [segment(PERSON, 1), segment(99, 1)] }];
    expect(await of(await segmentsPng(ROWS), { annotations: twice })).toMatch(/\(id 99\) covers no pixel of its image/);
    const outside = [{ image_id: 1, file_name: '../a.png', segments_info: [] }];
    expect(await of(await segmentsPng(ROWS), { annotations: outside })).toMatch(/^DATA_OUTSIDE/);
  });

  it('changes its hash with a colour of a segment', async () => {
    const hash = async (rows: readonly (readonly number[])[]) => {
      const files = { 'panoptic_train.json': json(), 'panoptic_train/a.png': await segmentsPng(rows) };
      return (await openDataset(folderOf({ ...files, 'train/a.jpg': await png() }), 'train')).hash;
    };
    expect(await hash(ROWS)).toBe(await hash(ROWS));
    expect(await hash(ROWS)).not.toBe(await hash([...ROWS.slice(1), [0, 0, 0, 0, 0, 0]]));
  });

  it('has the pixels of every number, as counted one by one', async () => {
    const id = fc.constantFrom(0, 1, 255, 256, 65535, 65536, 16777215);
    const picture = fc
      .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
      .chain(([width, height]) =>
        fc.array(fc.array(id, { minLength: width, maxLength: width }), { minLength: height, maxLength: height }),
      );
    await fc.assert(
      fc.asyncProperty(picture, async (rows) => {
        const [width, height] = [rows[0]?.length ?? 0, rows.length];
        const folder = folderOf({ 'a.png': await segmentsPng(rows) });
        const found = await readPanopticSegments(join(folder, 'a.png'), { width, height });
        const back = rows.map((row) => row.map(() => 0));
        for (const [number, runs] of found) {
          for (let i = 0; i < runs.length; i += 2) {
            for (let at = runs[i] as number; at < (runs[i + 1] as number); at++) {
              const row = back[at % height] as number[];
              expect(row[Math.floor(at / height)]).toBe(0);
              row[Math.floor(at / height)] = number;
            }
          }
        }
        expect(back).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });
});
