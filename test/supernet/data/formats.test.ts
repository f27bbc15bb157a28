import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/errors.js';
import { checkDataset } from '../../../src/supernet/data/check-dataset.js';
import { loadOrSkip, openDataset } from '../../../src/supernet/data/dataset.js';
import { jsonElements } from '../../../src/supernet/data/json-elements.js';
import { readPicture } from '../../../src/supernet/data/read-picture.js';
import { folderOf, png } from './folder-of.js';

const root = resolve(import.meta.dirname, '../../..');

const grey = (width: number, height: number, value = 9) =>
  sharp({ create: { width, height, channels: 3, background: { r: value, g: value, b: value } } });
const labelMap = (labels: readonly number[], width = 6) =>
  sharp(Uint8Array.from(labels), { raw: { width, height: labels.length / width, channels: 1 } })
    .png()
    .toBuffer();
const two = [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0];

const coco = (images: readonly object[], annotations: readonly object[]) =>
  JSON.stringify({ info: { description: 'a "test" {', years: [2017] }, licenses: [], images, annotations });
const image = (id: number, width = 6, height = 4) => ({ id, file_name: `${id}.png`, width, height });
const square = [[1, 1, 3, 1, 3, 3, 1, 3]];

describe('COCO instances', () => {
  const annotations = [
    { id: 12, image_id: 1, iscrowd: 0, segmentation: square },
    { id: 11, image_id: 1, iscrowd: 0, segmentation: { size: [4, 6], counts: [4, 2, 18] } },
    { id: 13, image_id: 1, iscrowd: 1, segmentation: { size: [4, 6], counts: [0, 24] } },
    { id: 14, image_id: 2, segmentation: square },
  ];

  it('are read from the published layout, overlaps kept, crowds left out', async () => {
    const folder = folderOf({
      'annotations/instances_train2017.json': coco([image(1), image(3)], annotations.slice(0, 3)),
      'annotations/instances_val2017.json': coco([image(2)], annotations.slice(3)),
      'train2017/1.png': await png(),
      'train2017/3.png': await png(),
      'val2017/2.png': await png(),
    });
    const train = await openDataset(folder, 'train');
    expect(train.names).toEqual(['1', '3']);
    expect((await train.load('1')).objects).toMatchObject([
      { id: 11, area: 2, box: [1, 0, 2, 2] },
      { id: 12, area: 4, box: [1, 1, 3, 3] },
    ]);
    expect((await train.load('3')).objects).toEqual([]);
    const val = await openDataset(folder, 'val');
    expect((await val.load('2')).objects).toMatchObject([{ id: 14, area: 4 }]);
    await expect(openDataset(folder, 'test')).rejects.toThrow(/no images in its test split/);
    expect(await checkDataset(folder)).toMatchObject({
      images: 3,
      objects: 3,
      splits: { train: 2, val: 1, test: 0 },
      faults: [{ code: 'DATA_NO_OBJECTS', image: '3' }],
    });
  });

  it('change their hash with an annotation', async () => {
    const make = async (segmentation: object) =>
      openDataset(
        folderOf({
          'train/_annotations.coco.json': coco([image(1)], [{ id: 1, image_id: 1, segmentation }]),
          'train/1.png': await png(),
        }),
        'train',
      );
    const [one, same, other] = [await make(square), await make(square), await make([[1, 1, 4, 1, 4, 3, 1, 3]])];
    expect(one.hash).toBe(same.hash);
    expect(one.hash).not.toBe(other.hash);
  });

  it('name what is wrong with them', async () => {
    const folder = folderOf({
      'annotations/instances_train.json': coco(
        [image(1), image(2), image(4), image(5)],
        [
          { id: 1, image_id: 1, segmentation: [[1, 2, 3]] },
          { id: 2, image_id: 7, segmentation: square },
          { id: 3, image_id: 4, segmentation: { size: [4, 6], counts: [3] } },
        ],
      ),
      'train/1.png': await png(),
      'train/4.png': await png(),
      'train/5.png': await png(5, 5),
    });
    const { faults } = await checkDataset(folder);
    expect(faults.map(({ code, image }) => [code, image])).toEqual([
      ['DATA_ANNOTATION', undefined],
      ['DATA_MISSING', undefined],
      ['DATA_ANNOTATION', '1'],
      ['DATA_ANNOTATION', '4'],
      ['DATA_SIZE', '5'],
    ]);
    expect(faults[0]?.message).toMatch(/image 7, which it does not list/);
    expect(faults[1]?.message).toMatch(/"2\.png"/);
  });

  it('with a key twice cost that annotation or image alone', async () => {
    const folder = folderOf({
      'annotations/instances_train.json': coco(
        [image(1), image(2)],
        [
          { id: 1, image_id: 1, segmentation: square },
          { id: 2, image_id: 1, segmentation: square },
        ],
      )
        .replace('"id":2,"image_id":1', '"id":2,"image_id":1,"image_id":2')
        .replace('"file_name":"2.png"', '"file_name":"1.png","file_name":"2.png"'),
      'train/1.png': await png(),
      'train/2.png': await png(),
    });
    const { objects, images, faults } = await checkDataset(folder);
    expect([images, objects]).toEqual([1, 1]);
    expect(faults.map(({ message }) => message.replace(/^.*byte \d+: /, ''))).toEqual([
      '"file_name" is given twice',
      '"image_id" is given twice',
    ]);
  });

  it.each([
    ['cut off', coco([image(1)], []).slice(0, -1), /ends too early/],
    ['no object', '[1]', /no JSON object/],
    ['followed by more', `${coco([image(1)], [])} x`, /something follows/],
    ['without images', coco([], []), /lists no images/],
    ['with an image without a name', coco([{ id: 1, width: 6, height: 4 }], []), /no id or no file_name/],
    ['with two lists of images', '{"images": [{"id": 1}], "images": []}', /"images" is given twice/],
    ['with a broken element', '{"images": [{"id": 1,}]}', /broken at byte/],
  ])('are refused when the file is %s', async (_, text, message) => {
    const folder = folderOf({ 'annotations/instances_train.json': text });
    await expect(openDataset(folder, 'train')).rejects.toThrow(message);
    await expect(openDataset(folder, 'train')).rejects.toBeInstanceOf(DataError);
  });
});

describe('the elements of a JSON file', () => {
  const read = async (path: string) => {
    const elements = [];
    for await (const element of jsonElements(path)) elements.push(element);
    return elements;
  };

  it('are those that JSON.parse finds, at their places', async () => {
    const path = join(folderOf({}), 'file.json');
    const value = fc.record({ images: fc.array(fc.dictionary(fc.string(), fc.jsonValue())), other: fc.jsonValue() });
    await fc.assert(
      fc.asyncProperty(value, fc.constantFrom(undefined, 1), async (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        writeFileSync(path, text);
        const elements = (await read(path)).filter(({ key }) => key === 'images');
        expect(elements.map((element) => element.value)).toEqual(JSON.parse(text).images);
        for (const { start, end, value: found } of elements) {
          expect(JSON.parse(Buffer.from(text).subarray(start, end).toString())).toEqual(found);
        }
      }),
    );
  });

  it('may lie across the pieces in which the file is read', async () => {
    const long = Array.from({ length: 30_000 }, (_, id) => ({ id, text: 'x'.repeat(id % 150), list: [[id], { id }] }));
    const folder = folderOf({ 'file.json': JSON.stringify({ annotations: long }) });
    expect((await read(join(folder, 'file.json'))).map(({ value }) => value)).toEqual(long);
  });

  it('end in an error when the file is cut off anywhere', async () => {
    const text = coco([image(1), image(2)], [{ id: 1, image_id: 1, segmentation: square }]);
    const path = join(folderOf({}), 'file.json');
    for (let length = 0; length < text.length; length++) {
      writeFileSync(path, text.slice(0, length));
      await expect(read(path)).rejects.toBeInstanceOf(DataError);
    }
  });
});

describe('SA-1B', () => {
  const masks = (counts: string | number[], size: [number, number] = [4, 6]) =>
    JSON.stringify({
      image: { image_id: 7, width: 6, height: 4, file_name: 'sa_7.jpg' },
      annotations: [{ id: 501, segmentation: { size, counts }, area: 2 }],
    });

  it('is read by pairs of files, split by name', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `sa_${i}`);
    const jpeg = await grey(6, 4).jpeg().toBuffer();
    const folder = folderOf(
      Object.fromEntries(
        names.flatMap((n) => [[`${n}.jpg`, jpeg] as const, [`${n}.json`, masks([4, 2, 18])] as const]),
      ),
    );
    const train = await openDataset(folder, 'train');
    expect((await train.load(train.names[0] as string)).objects).toMatchObject([{ id: 1, area: 2, box: [1, 0, 2, 2] }]);
    const check = await checkDataset(folder);
    expect(check).toMatchObject({ images: 20, objects: 20, faults: [] });
    expect(check.splits.train + check.splits.val + check.splits.test).toBe(20);
    expect(check.splits.train).toBe(train.names.length);
  });

  it('names files without their partner and masks that are none', async () => {
    const folder = folderOf({
      'a.jpg': await grey(6, 4).jpeg().toBuffer(),
      'a.json': masks([4, 2, 18]),
      'b.jpg': await grey(6, 4).jpeg().toBuffer(),
      'c.json': masks([4, 2, 18]),
      'd.jpg': await grey(6, 4).jpeg().toBuffer(),
      'd.json': masks('!'),
      'e.jpg': await grey(6, 4).jpeg().toBuffer(),
      'e.json': '{"image": {}}',
      'f.jpg': await grey(7, 4).jpeg().toBuffer(),
      'f.json': masks([4, 2, 18]),
      'g.jpg': await grey(6, 4).jpeg().toBuffer(),
      'g.json': masks([24], [6, 4]),
    });
    const { faults } = await checkDataset(folder);
    expect(faults.map(({ code, image }) => `${code} ${image}`)).toEqual([
      'DATA_UNPAIRED undefined',
      'DATA_UNPAIRED undefined',
      'DATA_ANNOTATION d',
      'DATA_ANNOTATION e',
      'DATA_SIZE f',
      'DATA_SIZE g',
    ]);
  });
});

describe('a folder with split files', () => {
  it('follows them alone and names what they get wrong', async () => {
    const pairs = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => [
        [`images/${name}.png`, await png()] as const,
        [`masks/${name}.png`, await labelMap(two)] as const,
      ]),
    );
    const files = Object.fromEntries(pairs.flat());
    const folder = folderOf({ ...files, 'splits/train.txt': '# first\na\nb.png\n\n', 'splits/test.txt': 'c # last' });
    expect((await openDataset(folder, 'train')).names).toEqual(['a', 'b']);
    expect((await openDataset(folder, 'test')).names).toEqual(['c']);
    await expect(openDataset(folder, 'val')).rejects.toThrow(/no images in its val split/);
    expect((await checkDataset(folder)).faults).toEqual([]);
    writeFileSync(join(folder, 'splits/val.txt'), 'absent\na\n');
    const { faults } = await checkDataset(folder);
    expect(faults.map(({ code }) => code)).toEqual(['DATA_SPLIT', 'DATA_SPLIT']);
    expect(faults[0]?.message).toMatch(/val\.txt names "absent"/);
    expect(faults[1]?.message).toMatch(/train\.txt names too/);
  });
});

describe('images that cannot be used', () => {
  it('a folder without any is a fault, not a clean bill', async () => {
    const { faults, images } = await checkDataset(folderOf({ 'images/read.me': '', 'masks/read.me': '' }));
    expect(images).toBe(0);
    expect(faults.map(({ code }) => code)).toEqual(['DATA_EMPTY']);
  });

  const broken = async () =>
    folderOf({
      'images/good.png': await png(),
      'masks/good.png': await labelMap(two),
      'images/lonely.png': await png(),
      'masks/orphan.png': await labelMap(two),
      'images/cut.png': (await png(200, 200)).subarray(0, 90),
      'masks/cut.png': await labelMap(two),
      'images/empty.png': await png(),
      'masks/empty.png': await labelMap(new Array(24).fill(0)),
      'images/size.png': await png(),
      'masks/size.png': await labelMap([1, 1, 1, 1], 2),
      'images/photo.png': await png(64, 64),
      'masks/photo.png': await sharp(
        Uint16Array.from({ length: 4096 }, (_, i) => i),
        {
          raw: { width: 64, height: 64, channels: 1 },
        },
      )
        .toColourspace('grey16')
        .png()
        .toBuffer(),
      'splits/train.txt': 'good\ncut\nempty\nsize\nphoto\n',
    });

  it('are all found by the check', async () => {
    const { faults, images } = await checkDataset(await broken());
    expect(images).toBe(5);
    expect(faults.map(({ code, image }) => `${code} ${image}`)).toEqual([
      'DATA_UNPAIRED undefined',
      'DATA_UNPAIRED undefined',
      'DATA_UNREADABLE cut',
      'DATA_NO_OBJECTS empty',
      'DATA_SIZE size',
      'DATA_LABELS photo',
    ]);
  });

  it('are named and left out, or refused when nobody listens', async () => {
    const folder = await broken();
    await expect(openDataset(folder, 'train')).rejects.toThrow(/lonely\.png has no mask/);
    const skipped: string[] = [];
    const dataset = await openDataset(folder, 'train', { onSkip: ({ code }) => skipped.push(code) });
    expect(skipped).toEqual(['DATA_UNPAIRED', 'DATA_UNPAIRED']);
    expect((await loadOrSkip(dataset, 'good'))?.objects.length).toBe(2);
    expect(await loadOrSkip(dataset, 'cut')).toBeUndefined();
    expect(await loadOrSkip(dataset, 'size')).toBeUndefined();
    expect(skipped.slice(2)).toEqual(['DATA_UNREADABLE', 'DATA_SIZE']);
    await expect(dataset.load('cut')).rejects.toThrow(/not a readable image/);
    rmSync(join(folder, 'images'), { recursive: true });
    await expect(openDataset(folder, 'train', { onSkip: () => undefined })).rejects.toThrow(DataError);
  });

  it('end the command with exit code 1 and one line each', async () => {
    const folder = await broken();
    const run = () =>
      execFileSync(process.execPath, [join(root, 'dist/src/cli/main.js'), 'data', 'check', folder], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    const failure = (() => {
      try {
        run();
      } catch (error) {
        return error as { status: number; stdout: string; stderr: string };
      }
      return undefined;
    })();
    expect(failure?.status).toBe(1);
    const lines = failure?.stdout.trim().split('\n') ?? [];
    expect(lines.length).toBe(6);
    for (const line of lines) expect(line).toMatch(/^DATA_[A-Z_]+\t[^\t]+\t[^\t]+$/);
    expect(failure?.stderr).toMatch(/6 faults/);
  });
});

describe('folders', () => {
  describe('of Pascal VOC', () => {
    const files = async () => ({
      'JPEGImages/2007_1.png': await png(),
      'JPEGImages/2007_2.png': await png(),
      'JPEGImages/2007_3.png': await png(),
      'JPEGImages/only-boxes.png': await png(),
      'SegmentationClass/2007_1.png': await labelMap(two.map((label) => (label > 0 ? 15 : 0))),
      'SegmentationObject/2007_1.png': await labelMap(two),
      'SegmentationObject/2007_2.png': await labelMap(two),
      'SegmentationObject/2007_3.png': await labelMap(two),
      'SegmentationObject/lost.png': await labelMap(two),
      'Annotations/2007_1.xml': '<annotation><object><name>person</name></object></annotation>',
    });
    const lists = {
      'ImageSets/Main/train.txt': 'only-boxes\n',
      'ImageSets/Segmentation/train.txt': '2007_1\r\nonly-boxes\r\n',
      'ImageSets/Segmentation/val.txt': '2007_2\n2007_1\n',
      'ImageSets/Segmentation/trainval.txt': '2007_1\n2007_2\n',
    };

    it('have masks for some images, and lists that say which are for what', async () => {
      const folder = folderOf({ ...(await files()), ...lists });
      const told: string[] = [];
      const options = {
        onSkip: (fault: DataError) => told.push(fault.message),
        onNote: (said: string) => told.push(said),
      };
      const [train, val] = [await openDataset(folder, 'train', options), await openDataset(folder, 'val', options)];
      expect([train.names, val.names]).toEqual([['2007_1'], ['2007_2']]);
      const { objects } = await train.load('2007_1');
      expect(objects.map(({ id, area, box }) => ({ id, area, box }))).toEqual([
        { id: 1, area: 2, box: [1, 1, 3, 2] },
        { id: 2, area: 2, box: [3, 2, 5, 3] },
      ]);
      expect(told.join('\n')).toMatch(/val\.txt names "2007_1", which train\.txt names too/);
      expect(told.join('\n')).toMatch(/lost\.png has no image of the same name/);
      expect(told).toContain('1 masks are of images that no list of ImageSets/Segmentation names, and are not used');
      expect(told).toContain('1 images that lists of ImageSets/Segmentation name have no mask, and are not used');
    });

    it('have a border of 255 that is no object, in grey files, too', async () => {
      const bordered = await labelMap(two.map((label, i) => (i > 17 ? 255 : label)));
      const voc = folderOf({ ...(await files()), ...lists, 'SegmentationObject/2007_2.png': bordered });
      const notes: string[] = [];
      const options = { onSkip: () => {}, onNote: (said: string) => notes.push(said) };
      const { objects } = await (await openDataset(voc, 'val', options)).load('2007_2');
      expect(objects.map(({ id }) => id)).toEqual([1, 2]);
      expect(notes.join()).toMatch(/the value 255 of its mask is VOC's void/);
      const other = folderOf({ 'images/a.png': await png(), 'masks/a.png': bordered, 'splits/val.txt': 'a' });
      expect((await (await openDataset(other, 'val', options)).load('a')).objects.map(({ id }) => id)).toEqual([
        1, 2, 255,
      ]);
    });

    it('are split by their names without lists', async () => {
      const { images, splits } = await checkDataset(folderOf(await files()));
      expect([images, Object.values(splits).reduce((sum, count) => sum + count, 0)]).toEqual([3, 3]);
    });
  });

  it('of no known format are refused with what each looks like', async () => {
    await expect(openDataset(folderOf({ 'a.txt': '' }), 'train')).rejects.toMatchObject({
      code: 'DATA_FORMAT',
      remedy: expect.stringMatching(
        /coco: .*\n.*coco-of-any-name: .*\n.*coco-panoptic: .*\n.*cvat: .*\n.*folder: .*\n.*label-studio: .*\n.*labelme: .*\n.*labelme-apart: .*\n.*object-masks: .*\n.*pascal-voc: .*\n.*sa-1b: .*\n.*supervisely: .*\n.*via: .*\n.*yolo: /,
      ),
    });
  });

  it.each([
    ['a folder one too high', { 'set/images/a.png': '', 'set/masks/a.png': '' }, /set is of the format folder/],
    ['Pascal VOC without images', { 'SegmentationObject/a.png': '' }, /put these into JPEGImages\/ beside/],
    [
      'Pascal VOC, one too high',
      { 'v/JPEGImages/a.jpg': '', 'v/SegmentationObject/a.png': '' },
      /v is of .* pascal-voc/,
    ],
    ['QuPath', { 'a.png': '', 'a.geojson': '{"type":"FeatureCollection"}' }, /outlines as QuPath writes them/],
    ['ImageJ', { 'a.png': '', 'a.roi': 'Iout' }, /regions of ImageJ/],
    [
      'Darwin',
      { 'images/a.png': '', 'annotations/a.json': '{"item":{"slots":[{"slot_name":"0"}]},"annotations":[]}' },
      /a\.json looks like Darwin's \(V7\): export COCO/,
    ],
    ['Labelbox', { 'a.png': '', 'export.json': '[{"data_row":{"id":"c"}}]' }, /export\.json looks like Labelbox's/],
    ['a packed one', { 'set.zip': '' }, /packed: unpack it/],
    ['a project of VIA 3', { 'p.json': '{"project":{"pid":"__VIA_PROJECT_ID__"}}' }, /a project of VIA 3/],
  ] as const)('that are known but not read are refused with the way to use them: %s', async (_, files, remedy) => {
    await expect(openDataset(folderOf(files), 'train')).rejects.toMatchObject({
      code: 'DATA_FORMAT',
      remedy: expect.stringMatching(remedy),
    });
  });

  it('that are not there, or are files, are told as such', async () => {
    const folder = folderOf({ 'a.zip': '' });
    await expect(openDataset(join(folder, 'b'), 'train')).rejects.toThrow(/there is no folder .*b/);
    await expect(openDataset(join(folder, 'a.zip'), 'train')).rejects.toThrow(/a\.zip is a file/);
  });

  it('drop small objects and say so in the hash', async () => {
    const folder = folderOf({
      'images/a.png': await png(),
      'masks/a.png': await labelMap(two.map((label, at) => (at === 0 ? 3 : label))),
      'splits/train.txt': 'a',
    });
    const all = await openDataset(folder, 'train');
    const large = await openDataset(folder, 'train', { minArea: 2 });
    expect((await all.load('a')).objects.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect((await large.load('a')).objects.map(({ id }) => id)).toEqual([1, 2]);
    expect(large.hash).not.toBe(all.hash);
  });
});

describe('pictures', () => {
  // 16 bits are used to the full: what leaves them mostly empty is spread.
  const step = (channels: number) => (channels === 4 ? 8 : 10);
  const raw = (channels: 1 | 2 | 3 | 4, bits: 8 | 16) => {
    const scale = bits === 16 ? 257 : 1;
    const values = Array.from(
      { length: 8 * channels },
      (_, i) => scale * (channels === 4 && i % 4 === 3 ? 128 : step(channels) * i),
    );
    const data = bits === 16 ? Uint16Array.from(values) : Uint8Array.from(values);
    const picture = sharp(data, { raw: { width: 4, height: 2, channels } });
    return bits === 16
      ? picture.toColourspace(channels < 3 ? 'grey16' : 'rgb16')
      : picture.toColourspace(channels < 3 ? 'b-w' : 'srgb');
  };
  const expected = (channels: number) =>
    Array.from({ length: 24 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return step(channels) * (channels < 3 ? pixel * channels : pixel * channels + (i % 3));
    });

  for (const channels of [1, 3, 4] as const) {
    for (const bits of [8, 16] as const) {
      it(`of ${channels} channels and ${bits} bits are read from PNG and TIFF`, async () => {
        const folder = folderOf({
          'a.png': await raw(channels, bits).png().toBuffer(),
          'a.tiff': await raw(channels, bits).tiff({ compression: 'none' }).toBuffer(),
        });
        for (const file of ['a.png', 'a.tiff']) {
          const { rgb, width, height } = await readPicture(join(folder, file));
          expect([width, height]).toEqual([4, 2]);
          expect([...rgb], file).toEqual(expected(channels));
        }
      });
    }
  }

  it('are read from WebP and JPEG', async () => {
    const folder = folderOf({
      'a.webp': await raw(3, 8).webp({ lossless: true }).toBuffer(),
      'a.jpg': await grey(6, 4, 77).jpeg().toBuffer(),
      'grey.jpg': await grey(6, 4, 77).toColourspace('b-w').jpeg().toBuffer(),
    });
    expect([...(await readPicture(join(folder, 'a.webp'))).rgb]).toEqual(expected(3));
    for (const file of ['a.jpg', 'grey.jpg']) {
      expect([...(await readPicture(join(folder, file))).rgb]).toEqual(new Array(72).fill(77));
    }
  });
});
