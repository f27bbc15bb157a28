import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/errors.js';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { readLabelMap } from '../../../src/supernet/data/read-label-map.js';
import { readPicture } from '../../../src/supernet/data/read-picture.js';
import { runsOfLengths, unpackRunLengths } from '../../../src/supernet/data/run-lengths.js';
import { JSON_WORDS, mutated, orFault } from '../../mutate.js';
import { folderOf, png } from './folder-of.js';

// Real files, changed at random: a reader gives what was meant or says what is wrong, and ends in any case.

const root = resolve(import.meta.dirname, '../../..');
const nuclei = join(root, 'data/dsb2018-nuclei');
const assets = join(root, 'test/assets');
const seed = 20_261_127;

describe('a label map that was damaged', () => {
  it.each([
    ['a grey PNG', join(nuclei, 'masks', '00ae65c1c663.png')],
    ['a palette PNG', join(assets, 'data/02-mask-palette-png-40-objects/masks/a.png')],
  ])(
    '%s has the same labels or is refused',
    async (_, path) => {
      const original = readFileSync(path);
      const { labels } = await readLabelMap(path);
      const copy = join(folderOf({}), 'a.png');
      await fc.assert(
        fc.asyncProperty(mutated(original), async (bytes) => {
          writeFileSync(copy, bytes);
          const read = await orFault(() => readLabelMap(copy), DataError);
          if (read !== undefined) expect(Buffer.from(read.labels.buffer).equals(Buffer.from(labels.buffer))).toBe(true);
        }),
        { seed, numRuns: 300 },
      );
    },
    120_000,
  );

  it('a PNG with another number anywhere in its header is refused', async () => {
    const path = join(nuclei, 'masks', '00ae65c1c663.png');
    const original = readFileSync(path);
    const copy = join(folderOf({}), 'a.png');
    for (let at = 8; at < 33; at++) {
      for (let byte = 0; byte < 256; byte += at === 24 || at === 25 ? 1 : 17) {
        if (byte === original[at]) continue;
        const bytes = Buffer.from(original);
        bytes[at] = byte;
        writeFileSync(copy, bytes);
        expect(await orFault(() => readLabelMap(copy), DataError), `byte ${at} is ${byte}`).toBeUndefined();
      }
    }
  }, 60_000);

  it('a TIFF is read or refused', async () => {
    const original = await sharp(join(nuclei, 'masks', '00ae65c1c663.png'))
      .tiff({ compression: 'lzw' })
      .toBuffer();
    const copy = join(folderOf({}), 'a.tif');
    await fc.assert(
      fc.asyncProperty(mutated(original), async (bytes) => {
        writeFileSync(copy, bytes);
        await orFault(() => readLabelMap(copy), DataError);
      }),
      { seed, numRuns: 150 },
    );
  }, 120_000);
});

describe('a picture that was damaged', () => {
  it.each(['png', 'jpeg', 'tiff', 'webp'] as const)(
    '%s has three channels of its size or is refused',
    async (format) => {
      const original = await sharp(join(nuclei, 'images', '00ae65c1c663.png'))
        .toFormat(format)
        .toBuffer();
      const copy = join(folderOf({ 'a.png': original }), 'a.png');
      const whole = await readPicture(copy);
      await fc.assert(
        fc.asyncProperty(mutated(original), async (bytes) => {
          writeFileSync(copy, bytes);
          const read = await orFault(() => readPicture(copy), DataError);
          if (read === undefined) return;
          expect(read.rgb.length).toBe(3 * read.width * read.height);
          // A PNG has checksums, the others have none.
          if (format === 'png') expect(Buffer.from(read.rgb).equals(Buffer.from(whole.rgb))).toBe(true);
        }),
        { seed, numRuns: 60 },
      );
    },
    120_000,
  );
});

const square = [
  [1, 1],
  [3, 1],
  [3, 3],
  [1, 3],
];
const region = { original_width: 6, original_height: 4, image_rotation: 0, id: 'a' };
const brush = JSON.parse(readFileSync(join(assets, 'label-studio/brushes.json'), 'utf8'))[0].rle as number[];

/** One export of each format: the file that is damaged, its text, and what lies beside it. */
const exports: Readonly<Record<string, { file: string; text: string; images: readonly string[] }>> = {
  coco: {
    file: '_annotations.coco.json',
    text: JSON.stringify({
      images: [{ id: 1, file_name: 'a.png', width: 6, height: 4 }],
      annotations: [
        { id: 1, image_id: 1, iscrowd: 0, area: 4, segmentation: [square.flat()] },
        { id: 2, image_id: 1, segmentation: { size: [4, 6], counts: [4, 2, 18] } },
      ],
    }),
    images: ['a.png'],
  },
  'sa-1b': {
    file: 'a.json',
    text: JSON.stringify({
      image: { image_id: 1, width: 6, height: 4, file_name: 'a.png' },
      annotations: [{ id: 5, segmentation: { size: [4, 6], counts: '42b0' } }],
    }),
    images: ['a.png'],
  },
  labelme: {
    file: 'a.json',
    text: JSON.stringify({
      shapes: [{ shape_type: 'polygon', points: square, group_id: null }],
      imageWidth: 6,
      imageHeight: 4,
    }),
    images: ['a.png'],
  },
  cvat: {
    file: 'annotations.xml',
    text: `<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><image id="0" name="a.png" width="6" height="4">
<polygon label="x" points="1,1;3,1;3,3;1,3"></polygon><mask rle="1, 3" left="1" top="1" width="2" height="2"/></image></annotations>`,
    images: ['images/a.png'],
  },
  via: {
    file: 'via.json',
    text: JSON.stringify({
      a: {
        filename: 'a.png',
        size: 1,
        regions: [{ shape_attributes: { name: 'polygon', all_points_x: [1, 3, 3], all_points_y: [1, 1, 3] } }],
      },
    }),
    images: ['a.png'],
  },
  'via as a table': {
    file: 'via.csv',
    text: 'filename,region_shape_attributes\na.png,"{""name"":""rect"",""x"":1,""y"":1,""width"":2,""height"":2}"\n',
    images: ['a.png'],
  },
  yolo: {
    file: 'labels/a.txt',
    text: '0 0.1 0.1 0.5 0.1 0.5 0.5\n1 0.2 0.2 0.9 0.2 0.9 0.9\n',
    images: ['images/a.png'],
  },
  supervisely: {
    file: 'ann/a.png.json',
    text: JSON.stringify({
      size: { width: 6, height: 4 },
      objects: [
        { id: 1, geometryType: 'polygon', points: { exterior: square, interior: [] } },
        {
          geometryType: 'bitmap',
          bitmap: {
            origin: [1, 1],
            data: 'eJzrDPBz5+WS4mJgYOD19HAJAtLMQMzECCKX7/oSCaTYAnxCXIH0////l96cfxfIYiwJ8gtmcHh2Iw3I4fF0cQypmJMcceADUOMRxsaXdeqtQHEGT1c/l3VOCU0AqZUbjQ==',
          },
        },
      ],
    }),
    images: ['img/a.png'],
  },
  'label-studio': {
    file: 'export.json',
    text: JSON.stringify([
      {
        id: 1,
        data: { image: 'a.png' },
        annotations: [
          {
            result: [
              {
                ...region,
                type: 'polygonlabels',
                value: {
                  points: [
                    [10, 10],
                    [60, 10],
                    [60, 60],
                  ],
                },
              },
              { ...region, type: 'brushlabels', value: { format: 'rle', rle: brush } },
            ],
          },
        ],
      },
    ]),
    images: ['a.png'],
  },
};
const WORDS = [...JSON_WORDS, '\\', '<', '>', '</', '<!--', '&#x0;'];

describe('annotations that were damaged', () => {
  it.each(Object.keys(exports))(
    'of %s are read or named',
    async (format) => {
      const { file, text, images } = exports[format] as (typeof exports)[string];
      const picture = await png();
      const folder = folderOf({ [file]: text, ...Object.fromEntries(images.map((image) => [image, picture])) });
      expect((await checkDataset(folder)).objects).toBeGreaterThan(0);
      await fc.assert(
        fc.asyncProperty(mutated(Buffer.from(text), WORDS), async (bytes) => {
          writeFileSync(join(folder, file), bytes);
          const check = await orFault(() => checkDataset(folder), DataError);
          // Whoever loses an object is told.
          if (check !== undefined && check.objects === 0) expect(check.faults.length).toBeGreaterThan(0);
        }),
        { seed, numRuns: 150 },
      );
    },
    120_000,
  );
});

describe('run lengths that were damaged', () => {
  it('fill the image or are refused', async () => {
    const { masks } = { masks: ['42b0', '0d0', 'Tba04M3N1O2N2N2M2O2N1O1O1N2O1O1N2O001O1O00001O00'] };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...masks), fc.infiniteStream(fc.nat()), async (mask, numbers) => {
        const bytes = Buffer.from(mask);
        const at = (numbers.next().value as number) % bytes.length;
        bytes[at] = (numbers.next().value as number) % 256;
        const runs = await orFault(
          async () => runsOfLengths(unpackRunLengths(bytes.toString('latin1')), 6, 4),
          DataError,
        );
        for (const [i, place] of (runs ?? []).entries()) {
          expect(place).toBeGreaterThanOrEqual(i === 0 ? 0 : (runs?.[i - 1] ?? 0));
          expect(place).toBeLessThanOrEqual(24);
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});
