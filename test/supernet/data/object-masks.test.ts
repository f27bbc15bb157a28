import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { mutated } from '../../mutate.js';
import { drawn, folderOf, messages, png } from './folder-of.js';

/** A grey PNG of rows of `.` (0), `#` (white), and digits for tenths of white. */
const mask = (rows: readonly string[], white = 255): Promise<Buffer> =>
  sharp(
    Buffer.from(
      rows.flatMap((row) =>
        [...row].map((cell) => (cell === '.' ? 0 : cell === '#' ? white : Math.round((white * Number(cell)) / 10))),
      ),
    ),
    { raw: { width: rows[0]?.length ?? 0, height: rows.length, channels: 1 } },
  )
    .toColourspace('b-w')
    .png()
    .toBuffer();

const LEFT = ['......', '##....', '##....', '......'];
const RIGHT = ['......', '.###..', '.....#', '......'];

describe('a mask an object', () => {
  it.each([
    ['a folder an image', 'a/images/a.png', ['a/masks/x1.png', 'a/masks/x2.png'], 'a'],
    [
      'folders of splits',
      'stage1_train/a/images/a.png',
      ['stage1_train/a/masks/1.png', 'stage1_train/a/masks/2.png'],
      'stage1_train/a',
    ],
    ['a folder of masks an image', 'images/a.png', ['masks/a/0.png', 'masks/a/1.png'], 'a'],
    ['numbered masks', 'images/a_1.png', ['masks/a_1_0.png', 'masks/a_1_mask_1.png'], 'a_1'],
    ...[
      ['a_instance_0', 'a_instance_1'],
      ['a_seg_0', 'a_seg_1'],
      ['a_obj0', 'a_object_1'],
      ['a_cell_1', 'a_nucleus_2'],
      ['a_0_mask', 'A_1_Mask'],
      ['mask_a_0', 'mask_a_1'],
      ['instance_000_a', 'instance_001_a'],
      ['a (1)', 'a (2)'],
      ['a.0', 'a.1'],
      ['a_label_1', 'a_label_2'],
      ['a_masks/0', 'a_masks/1'],
      ['a.png/0', 'a.png/1'],
      ['A/0', 'A/1'],
    ].map(
      ([one, two]) => [`masks called ${one}`, 'images/a.png', [`masks/${one}.png`, `masks/${two}.png`], 'a'] as const,
    ),
    ['splits inside', 'train/images/a.png', ['train/masks/a/0.png', 'train/masks/a/1.png'], 'train/a'],
    ['splits below', 'images/train/a.png', ['masks/train/a/0.png', 'masks/train/a-1.png'], 'train/a'],
  ] as const)('is read from %s, objects overlap and lie in pieces', async (_, image, [first, second], name) => {
    const folder = folderOf({
      [image]: await png(),
      [first]: await mask(LEFT),
      [second]: await mask(RIGHT, 1),
      ...(/train/.test(image) ? {} : { 'splits/train.txt': name }),
    });
    const objects = await drawn(folder, 'train', name);
    expect(objects).toHaveLength(2);
    expect(objects).toEqual(expect.arrayContaining([LEFT, RIGHT]));
    expect(await messages(folder)).toEqual([]);
  });

  it('costs itself where it cannot be used, and is named', async () => {
    const folder = folderOf({
      'a/images/a.png': await png(),
      'a/masks/1.png': await mask(LEFT),
      'a/masks/2.png': await mask(['......', '......', '......', '......']),
      'a/masks/3.png': await mask(['##', '..']),
      'a/masks/4.png': await mask(['......', '.5###.', '.####.', '......']),
      'a/masks/5.png': await mask(['......', '.1234.', '.1234.', '......'], 10),
      'a/masks/6.png': await mask(
        ['######', '######', '######', '######'].map((row) => row.replace('#', '5')),
        10,
      ),
      'a/masks/7.jpg': await sharp(await mask(LEFT))
        .jpeg()
        .toBuffer(),
      'a/masks/8.bmp': 'BM',
      'a/masks/Thumbs.db': '',
      'b/masks/1.png': await mask(LEFT),
      'c/images/1.png': await png(),
      'c/images/2.png': await png(),
      'd/images/d.png': await png(),
      'e/images/e.png': await png(),
      'e/masks/readme.txt': '',
      'splits/train.txt': 'a\ne',
      'stage1_train_labels.csv': '',
    });
    expect(await drawn(folder, 'train', 'a')).toEqual(
      expect.arrayContaining([LEFT, ['......', '.####.', '.####.', '......']]),
    );
    const check = await checkDataset(folder);
    expect(check.objects).toBe(2);
    expect(check.notes).toContain('a/images/a.png: the soft edges of 1 of its masks are cut at half');
    const own = (file: number, what: string, ending = 'png') =>
      `/a/images/a.png: an annotation (id "/a/masks/${file}.${ending}") ${what}`;
    expect(await messages(folder)).toEqual([
      'DATA_UNREADABLE /a/masks/8.bmp is of a kind that is not read',
      'DATA_UNPAIRED /b/images has 0 images, its masks are of one',
      'DATA_UNPAIRED /c/images has 2 images, its masks are of one',
      'DATA_UNPAIRED /d has no folder masks',
      `DATA_ANNOTATION ${own(2, 'covers no pixel of its image')}`,
      `DATA_SIZE ${own(3, 'is 2x2, its image 6x4')}`,
      `DATA_LABELS ${own(5, 'has 5 values, the mask of one object is black and white')}`,
      `DATA_ANNOTATION ${own(6, 'has no pixel of 0, which is background')}`,
      `DATA_MASK ${own(7, 'is a JPEG, which changes values: it is no label map', 'jpg')}`,
      'DATA_NO_OBJECTS its mask has no objects',
    ]);
  });

  it('is of the image of the longer name, and no class, plane or label map is taken for one', async () => {
    const [image, left, right] = [await png(), await mask(LEFT), await mask(RIGHT)];
    const folder = folderOf({
      ...{ 'images/img_1.png': image, 'images/img_11.png': image, 'images/img_1_1.png': image },
      ...{ 'masks/img_1_0.png': left, 'masks/img_11_0.png': right, 'masks/img_1_1_0.png': right },
      ...{ 'masks/img_1_1_1.png': left, 'splits/train.txt': 'img_1\nimg_11\nimg_1_1' },
    });
    const count = async (name: string) => (await drawn(folder, 'train', name)).length;
    expect([await count('img_1'), await count('img_11'), await count('img_1_1')]).toEqual([1, 1, 2]);
    for (const word of ['class', 'z', 't', 'ch']) {
      const planes = { 'images/a.png': image, [`masks/a_${word}0.png`]: left, [`masks/a_${word}1.png`]: right };
      expect((await messages(folderOf(planes)))[0]).toBe('DATA_UNPAIRED /images/a.png has no mask of the same name');
    }
    const labels = await sharp(Buffer.from([...Array(12).fill(1), ...Array(6).fill(0), ...Array(6).fill(2)]), {
      raw: { width: 6, height: 4, channels: 1 },
    })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const maps = folderOf({
      ...{ 'images/a.png': image, 'images/b.png': image, 'masks/a_seg_1.png': labels, 'masks/b_seg_1.png': labels },
    });
    expect([(await checkDataset(maps)).objects, await messages(maps)]).toEqual([4, []]);
  });

  it('of no image, and an image without any, are named', async () => {
    const folder = folderOf({
      'images/a.png': await png(),
      'images/b.png': await png(),
      'images/c.png': await png(),
      'masks/a/1.png': await mask(LEFT),
      'masks/b.txt': '',
      'masks/d/1.png': await mask(LEFT),
      'masks/d_2.png': await mask(LEFT),
    });
    expect(await messages(folder)).toEqual([
      'DATA_UNPAIRED /masks/d/1.png is of no image',
      'DATA_UNPAIRED /masks/d_2.png is of no image',
      'DATA_UNPAIRED /images/b.png has no masks',
      'DATA_UNPAIRED /images/c.png has no masks',
    ]);
  });

  it('that is a photograph is refused', async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 }, (_, i) => (i * 7919) % 256));
    const folder = folderOf({
      'a/images/a.png': await png(64, 64),
      'a/masks/1.png': await sharp(noise, { raw: { width: 64, height: 64, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toBuffer(),
    });
    expect((await messages(folder))[0]).toMatch(/^DATA_LABELS .* has 256 values, the mask of one object is black and/);
  });

  it('that was damaged is the same, or named', async () => {
    const whole = await mask(LEFT);
    const folder = folderOf({ 'a/images/a.png': await png(), 'a/masks/1.png': whole, 'splits/train.txt': 'a' });
    await fc.assert(
      fc.asyncProperty(mutated(whole), async (bytes) => {
        writeFileSync(join(folder, 'a/masks/1.png'), bytes);
        const { faults, objects } = await checkDataset(folder);
        expect(objects + faults.length).toBeGreaterThan(0);
        if (objects === 1) expect(await drawn(folder, 'train', 'a')).toEqual([LEFT]);
      }),
      { seed: 11, numRuns: 60 },
    );
  }, 60_000);

  it('changes the hash of the data with any of its files', async () => {
    const files = { 'a/images/a.png': await png(), 'a/masks/1.png': await mask(LEFT), 'splits/train.txt': 'a' };
    const hashOf = async (more: Readonly<Record<string, Buffer>>) =>
      (await openDataset(folderOf({ ...files, ...more }), 'train')).hash;
    const hashes = [await hashOf({}), await hashOf({ 'a/masks/1.png': await mask(RIGHT) })];
    hashes.push(await hashOf({ 'a/masks/2.png': await mask(RIGHT) }));
    expect(new Set(hashes).size).toBe(3);
  });
});

describe('label maps in folders called after splits', () => {
  it.each([
    ['train/images/a.png', 'train/masks/a.png', 'val/images/a.png', 'val/masks/a.png'],
    ['images/train/a.png', 'masks/train/a.png', 'images/val/a.png', 'masks/val/a.png'],
  ])('are of these: %s', async (image, label, otherImage, otherLabel) => {
    const folder = folderOf({
      [image]: await png(),
      [label]: await mask(LEFT),
      [otherImage]: await png(),
      [otherLabel]: await mask(RIGHT),
    });
    const { splits, faults } = await checkDataset(folder);
    expect(splits).toEqual({ train: 1, val: 1, test: 0 });
    expect(faults).toEqual([]);
  });

  it('but not in folders of which a split is part of the name', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `latest/${i}.png`);
    const [image, label] = [await png(), await mask(LEFT)];
    const folder = folderOf(
      Object.fromEntries(
        names.flatMap((name) => [
          [`images/${name}`, image],
          [`masks/${name}`, label],
        ]),
      ),
    );
    expect((await checkDataset(folder)).splits.train).toBeGreaterThan(0);
  });
});
