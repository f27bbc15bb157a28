import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { atOnce } from '../../../src/base/turns.js';
import { objectsOfLabelMap } from '../../../src/supernet/data/label-map.js';
import { meanIou } from '../../../src/supernet/method/evaluate.js';
import { maskIou, scoreMasks } from '../../../src/supernet/method/score-masks.js';
import { createUpscaler } from '../../../src/supernet/method/upscale-masks.js';

it('equals the ratio of the sets of pixels of the whole upscaled mask, 0 for an empty union', () => {
  const logit = fc.oneof(
    { weight: 4, arbitrary: fc.constant(-1) },
    { weight: 1, arbitrary: fc.double({ min: -1, max: 2, noNaN: true }) },
  );
  const size = fc.integer({ min: 1, max: 24 });
  fc.assert(
    fc.property(
      fc.array(logit, { minLength: 64, maxLength: 64 }),
      size,
      size,
      fc.nat(),
      (values, width, height, seed) => {
        const scale = 32 / Math.max(width, height);
        const [contentWidth, contentHeight] = [width, height].map((side) => Math.max(1, Math.round(side * scale))) as [
          number,
          number,
        ];
        const upscaler = createUpscaler({ side: 8, inputSize: 32, contentWidth, contentHeight, width, height });
        const logits = Float32Array.from(values);
        const labels = Uint16Array.from({ length: width * height }, (_, i) => ((seed + i * i) % 3 === 0 ? 7 : 0));
        const pixels = [...labels.keys()];
        const whole = upscaler.upscale(logits);
        const inside = pixels.filter((at) => labels[at] === 7);
        const predicted = pixels.filter((at) => (whole[at] as number) > 0);
        const both = predicted.filter((at) => labels[at] === 7).length;
        const union = new Set([...inside, ...predicted]).size;
        const none = { id: 7, area: 0, box: [0, 0, 0, 0], mask: new Uint8Array(0) } as const;
        const object = atOnce(objectsOfLabelMap(labels, width))[0] ?? none;
        expect(maskIou(upscaler, logits, object)).toBe(union === 0 ? 0 : both / union);
      },
    ),
  );
});

/** An 8 x 4 image whose left quarter is object 1, the rest of the left half object 2. */
const [width, height] = [8, 4];
const labels = Uint16Array.from({ length: width * height }, (_, i) => (i % width < 2 ? 1 : i % width < 4 ? 2 : 0));
const objects = atOnce(objectsOfLabelMap(labels, width));
const image = { name: 'a', width, height, rgb: new Uint8Array(width * height * 3), objects };
const prepared = {
  name: 'a',
  originalWidth: width,
  originalHeight: height,
  inputSize: 16,
  contentWidth: 16,
  contentHeight: 8,
  pixels: new Float32Array(0),
};

it('tells the single mask, the best predicted and the best true one apart', () => {
  // Masks of one sign everywhere: all of the image (IoU 8 / 32) or nothing (0).
  const signs = [
    [1, -1, 1, -1],
    [-1, 1, -1, -1],
  ];
  const logits = Float32Array.from(
    { length: 2 * 4 * 16 },
    (_, i) => signs[Math.floor(i / 64)]?.[Math.floor(i / 16) % 4] ?? 0,
  );
  // The highest prediction belongs to mask 0, which is not one of the three.
  const iouPredictions = Float32Array.of(0.9, 0.8, 0.2, 0.1, 0.9, 0.3, 0.4, 0.1);
  const scores = scoreMasks({ count: 2, height: 4, width: 4, logits, iouPredictions }, image, prepared, objects);
  expect(scores).toEqual([
    { image: 'a', object: 1, single: 0.25, predicted: 0, oracle: 0.25 },
    { image: 'a', object: 2, single: 0, predicted: 0, oracle: 0.25 },
  ]);
});

it('leaves out what is not wanted, and gives of the rest the same', () => {
  const rng = createRng('masks');
  const logits = Float32Array.from({ length: 2 * 4 * 16 }, () => rng.normal());
  const prediction = { count: 2, height: 4, width: 4, logits, iouPredictions: Float32Array.of(3, 1, 2, 0, 0, 1, 2, 3) };
  const all = scoreMasks(prediction, image, prepared, objects);
  for (const mask of ['single', 'predicted', 'oracle'] as const) {
    const some = scoreMasks(prediction, image, prepared, objects, mask);
    const none = { single: Number.NaN, predicted: Number.NaN, oracle: Number.NaN };
    expect(some).toEqual(all.map((score) => ({ ...score, ...none, [mask]: score[mask] })));
  }
});

it('means both prompts or one and refuses prompts that were not measured', () => {
  const part = { images: 1, objects: 1, predicted: 0, oracle: 0, perObject: [] };
  const evaluation = { box: { ...part, single: 0.8 }, point: { ...part, single: 0.4 } };
  expect(meanIou(evaluation, { prompt: 'both', mask: 'single' })).toBeCloseTo(0.6, 12);
  expect(meanIou(evaluation, { prompt: 'point', mask: 'single' })).toBe(0.4);
  expect(() => meanIou({ box: evaluation.box }, { prompt: 'both', mask: 'single' })).toThrow(/has no .* prompts/);
});
