import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { createMask, isInside, type LabelledObject } from '../../../src/supernet/data/labelled-image.js';
import { prepareImage } from '../../../src/supernet/data/prepare-image.js';
import { createPrompts } from '../../../src/supernet/data/prompts.js';
import { readLabelMap } from '../../../src/supernet/data/read-label-map.js';
import type { PreparedImage } from '../../../src/supernet/model/segmentation.js';
import { contentSize } from '../../../src/supernet/model/segmentation.js';

const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');
const format = { inputSize: 64, pixelMean: [123.675, 116.28, 103.53], pixelStd: [58.395, 57.12, 57.375] };

function smallFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-data-'));
  mkdirSync(join(folder, 'images'));
  mkdirSync(join(folder, 'masks'));
  return folder;
}

it('takes as many images as it is asked for, whatever of those before cannot be used', async () => {
  const folder = smallFolder();
  const faults: string[] = [];
  for (let i = 0; i < 8; i++) {
    const grey = { create: { width: 32, height: 32, channels: 3, background: '#777' } } as const;
    const spot = { create: { width: 9, height: 9, channels: 3, background: '#010101' } } as const;
    const mask = sharp({ create: { width: 32, height: 32, channels: 3, background: '#000' } });
    await mask
      .composite([{ input: await sharp(spot).png().toBuffer(), left: 4, top: 4 }])
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, 'masks', `${i}.png`));
    // The first three are there by their names alone.
    if (i < 3) writeFileSync(join(folder, 'images', `${i}.png`), 'no picture');
    else
      await sharp(grey)
        .png()
        .toFile(join(folder, 'images', `${i}.png`));
  }
  mkdirSync(join(folder, 'splits'));
  writeFileSync(join(folder, 'splits', 'val.txt'), Array.from({ length: 8 }, (_, i) => `${i}\n`).join(''));
  const dataset = await openDataset(folder, 'val', { limit: 4, onSkip: ({ message }) => faults.push(message) });
  expect(dataset.names).toEqual(['3', '4', '5', '6']);
  expect(faults).toHaveLength(3);
  for (const name of dataset.names) expect((await dataset.load(name)).objects).toHaveLength(1);
  await expect(openDataset(folder, 'val', { limit: 4 }).then((strict) => strict.load('0'))).rejects.toThrow('0.png');
});

describe('the nuclei', () => {
  it('has its three splits, apart from each other', async () => {
    const [train, val, test] = await Promise.all(
      (['train', 'val', 'test'] as const).map((split) => openDataset(nuclei, split)),
    );
    expect([train?.names.length, val?.names.length, test?.names.length]).toEqual([160, 40, 50]);
    expect(new Set([...(train?.names ?? []), ...(val?.names ?? []), ...(test?.names ?? [])]).size).toBe(250);
  });

  it('gives objects whose area and box are those of the label map', async () => {
    const dataset = await openDataset(nuclei, 'val', { limit: 3 });
    for (const name of dataset.names) {
      const { objects } = await dataset.load(name);
      const { labels, width } = await readLabelMap(join(nuclei, 'masks', `${name}.png`));
      expect(objects.length).toBeGreaterThan(2);
      for (const { id, area, box } of objects) {
        const pixels = [...labels.keys()].filter((at) => labels[at] === id);
        const xs = pixels.map((at) => at % width);
        const ys = pixels.map((at) => Math.floor(at / width));
        expect(pixels.length).toBe(area);
        expect(box).toEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]);
      }
    }
  });

  it('fixes prompts by the seed, points inside their object and boxes around it', async () => {
    const dataset = await openDataset(nuclei, 'val', { limit: 1 });
    const image = await dataset.load(dataset.names[0] as string);
    const prepared = await prepareImage(image, format);
    const points = createPrompts(image, prepared, image.objects, 'point', 3);
    expect(points).toEqual(createPrompts(image, prepared, image.objects, 'point', 3));
    expect(points).not.toEqual(createPrompts(image, prepared, image.objects, 'point', 4));
    const boxes = createPrompts(image, prepared, image.objects, 'box', 3);
    const scale = prepared.contentWidth / image.width;
    image.objects.forEach(({ box }, i) => {
      const [x, y] = [points.coordinates[4 * i] as number, points.coordinates[4 * i + 1] as number];
      const object = image.objects[i] as LabelledObject;
      expect(isInside(object, Math.round((x + 0.5) / scale - 0.5), Math.round((y + 0.5) / scale - 0.5))).toBe(true);
      expect([...boxes.labels.subarray(2 * i, 2 * i + 2)]).toEqual([2, 3]);
      const [x0, , x1] = boxes.coordinates.subarray(4 * i, 4 * i + 3);
      expect(x0).toBeLessThanOrEqual(box[0] * scale);
      expect(x1).toBeGreaterThanOrEqual(box[2] * scale - 1e-3);
    });
  });
});

describe('prompts in input pixels', () => {
  // Width, height, long side of the input, box [x0, y0, x1, y1]; what segment-anything's ResizeLongestSide(1024).apply_boxes
  // returns for the box, and apply_coords for the middle of the pixel (x0, y0), less the half that its encoder adds.
  const recorded = [
    { width: 640, height: 480, box: [10, 20, 110, 220], scaled: [16, 32, 176, 352], middle: [16.3, 32.3] },
    {
      width: 256,
      height: 320,
      box: [3, 5, 7, 320],
      scaled: [9.59765625, 16, 22.39453125, 1024],
      middle: [10.697265625, 17.1],
    },
    { width: 1024, height: 1024, box: [1, 2, 3, 4], scaled: [1, 2, 3, 4], middle: [1, 2] },
  ] as const;

  it.each(recorded)('are those of segment-anything: $width x $height', ({ width, height, box, scaled, middle }) => {
    const [contentWidth, contentHeight] = contentSize(width, height, 1024);
    const prepared = { contentWidth, contentHeight } as PreparedImage;
    const image = { name: 'a', width, height, rgb: new Uint8Array(), objects: [] };
    const whole = createMask(box);
    for (let y = box[1]; y < box[3]; y++) for (let x = box[0]; x < box[2]; x++) whole.add(x, y);
    const area = (box[2] - box[0]) * (box[3] - box[1]);
    const seeds = Array.from({ length: 400 }, (_, seed) => seed);
    const prompts = (kind: 'box' | 'point', object: LabelledObject) =>
      seeds.map((seed) => [...createPrompts(image, prepared, [object], kind, seed).coordinates]);
    // Sides move outwards only: the innermost of many draws is the box itself.
    const boxes = prompts('box', { id: 1, area, box, mask: whole.mask });
    [Math.max, Math.max, Math.min, Math.min].forEach((pick, i) => {
      expect(pick(...boxes.map((corners) => corners[i] as number))).toBeCloseTo(scaled[i] as number, 4);
    });
    const pixel = { id: 1, area: 1, box: [box[0], box[1], box[0] + 1, box[1] + 1], mask: Uint8Array.of(1) } as const;
    expect(
      prompts('point', pixel)[0]
        ?.slice(0, 2)
        .map((value) => Math.fround(value)),
    ).toEqual(middle.map((value) => Math.fround(value)));
  });
});

describe('random prompts', () => {
  it('are boxes and points, fixed by the seed', async () => {
    const dataset = await openDataset(nuclei, 'val', { limit: 1 });
    const image = await dataset.load(dataset.names[0] as string);
    const prepared = await prepareImage(image, format);
    const prompts = createPrompts(image, prepared, image.objects, 'random', 3);
    expect(prompts).toEqual(createPrompts(image, prepared, image.objects, 'random', 3));
    const firsts = image.objects.map((_, i) => prompts.labels[2 * i]);
    expect(new Set(firsts)).toEqual(new Set([1, 2]));
  });
});

describe('preparing', () => {
  it('normalises the content and leaves zeros below and to the right', async () => {
    const rgb = new Uint8Array(8 * 4 * 3).fill(200);
    const prepared = await prepareImage({ name: 'a', width: 8, height: 4, rgb }, format);
    expect([prepared.contentWidth, prepared.contentHeight]).toEqual([64, 32]);
    expect(prepared.pixels[0]).toBeCloseTo((200 - 123.675) / 58.395, 5);
    expect(prepared.pixels.subarray(32 * 64 * 3).every((value) => value === 0)).toBe(true);
  });

  it('squashes the image into the square where the network was trained so', async () => {
    const rgb = new Uint8Array(8 * 4 * 3).fill(200);
    const prepared = await prepareImage({ name: 'a', width: 8, height: 4, rgb }, { ...format, resize: 'squash' });
    expect([prepared.contentWidth, prepared.contentHeight]).toEqual([64, 64]);
    expect(prepared.pixels.at(-3)).toBeCloseTo((200 - 123.675) / 58.395, 5);
  });

  it('rounds sizes as SAM does', () => {
    expect(contentSize(640, 512, 1024)).toEqual([1024, 819]);
    expect(contentSize(3, 1000, 448)).toEqual([1, 448]);
  });
});

describe('broken folders', () => {
  const grey = (value: number) =>
    sharp({ create: { width: 6, height: 4, channels: 3, background: { r: value, g: value, b: value } } });

  it('names an image without its mask', async () => {
    const folder = smallFolder();
    await grey(9)
      .png()
      .toFile(join(folder, 'images', 'a.png'));
    await expect(openDataset(folder, 'train')).rejects.toThrow(/images\/a\.png has no mask of the same name/);
  });

  it('names a missing file of the manifest and a bad manifest', async () => {
    const folder = smallFolder();
    const item = { name: 'a', image: 'images/a.png', mask: 'masks/a.png', split: 'train' };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ items: [item] }));
    await expect(openDataset(folder, 'train')).rejects.toThrow(/images\/a\.png cannot be read/);
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ items: [{ ...item, split: 'x' }] }));
    await expect(openDataset(folder, 'train')).rejects.toThrow(/items\.0\.split/);
  });

  it('refuses files that are no images and masks of another size', async () => {
    const folder = smallFolder();
    cpSync(join(nuclei, 'masks'), join(folder, 'masks'), { recursive: true, filter: (path) => !path.endsWith('.png') });
    writeFileSync(join(folder, 'images', 'b.png'), 'not an image');
    await grey(1)
      .png()
      .toFile(join(folder, 'masks', 'b.png'));
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify({ items: [{ name: 'b', image: 'images/b.png', mask: 'masks/b.png', split: 'val' }] }),
    );
    const dataset = await openDataset(folder, 'val');
    await expect(dataset.load('b')).rejects.toThrow(/b\.png is not a readable image/);
    rmSync(join(folder, 'images', 'b.png'));
    await grey(1)
      .resize(5, 4)
      .png()
      .toFile(join(folder, 'images', 'b.png'));
    await expect((await openDataset(folder, 'val')).load('b')).rejects.toThrow(/masks\/b\.png is 6x4, its image 5x4/);
  });

  it('keeps all 16 bits of a label map and reads grey images', async () => {
    const folder = smallFolder();
    const labels = Uint16Array.from({ length: 24 }, (_, i) => (i < 12 ? 0 : 40_000));
    await sharp(labels, { raw: { width: 6, height: 4, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(join(folder, 'masks', 'c.png'));
    await grey(77)
      .toColourspace('b-w')
      .png()
      .toFile(join(folder, 'images', 'c.png'));
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify({ items: [{ name: 'c', image: 'images/c.png', mask: 'masks/c.png', split: 'val' }] }),
    );
    const image = await (await openDataset(folder, 'val')).load('c');
    expect(image.objects).toEqual([{ id: 40_000, area: 12, box: [0, 2, 6, 4], mask: Uint8Array.of(255, 15) }]);
    expect([...image.rgb.subarray(0, 3)]).toEqual([77, 77, 77]);
  });
});
