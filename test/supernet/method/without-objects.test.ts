import sharp from 'sharp';
import { expect, it } from 'vitest';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { prepareEvaluation } from '../../../src/supernet/method/evaluate.js';
import { drawExample } from '../../../src/supernet/train/training-example.js';
import { folderOf } from '../data/folder-of.js';

const format = { inputSize: 64, pixelMean: [123, 116, 103], pixelStd: [58, 57, 57] };

/** A label map of one square object. */
const mask = (side: number): Promise<Buffer> => {
  const labels = Buffer.alloc(32 * 32);
  for (let y = 0; y < side; y++) labels.fill(1, 32 * y, 32 * y + side);
  return sharp(labels, { raw: { width: 32, height: 32, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
};

it('what scores and what trains names the first images that it passes over, each once', async () => {
  const files: Record<string, Buffer> = {};
  for (const [name, side] of Object.entries({ a: 8, b: 0, c: 2, d: 0, e: 0, f: 0 })) {
    files[`images/train/${name}.png`] = await mask(0);
    files[`masks/train/${name}.png`] = await mask(side);
  }
  const folder = folderOf(files);
  const notes: string[] = [];
  const onNote = (message: string) => void notes.push(message.replace(folder, 'FOLDER'));
  const options = { ...format, prompts: ['box' as const], maxObjects: 8, seed: 1 };
  const set = await prepareEvaluation(await openDataset(folder, 'train', { onNote }), options);
  expect(set.items.map(({ image }) => image.name)).toEqual(['train/a']);
  const more = 'more images are passed over like these; `supersam data check FOLDER` names those without an object';
  expect(notes.filter((line) => line.includes('passed over'))).toEqual([
    'images/train/b.png: it has no object, and is passed over',
    'images/train/c.png: it has no object of 16 pixels or more, and is passed over',
    'images/train/d.png: it has no object, and is passed over',
    more,
  ]);

  notes.length = 0;
  const dataset = await openDataset(folder, 'train', { onNote });
  for (let step = 1; step <= 12; step++) await drawExample(dataset, format, 1, step, 1, 0);
  const passed = notes.filter((line) => line.includes('passed over'));
  expect(passed.length).toBe(4);
  expect(new Set(passed).size).toBe(4);
  expect(passed.at(-1)).toBe(more);
});
