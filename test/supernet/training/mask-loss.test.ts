import { expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.js';
import { maskLoss } from '../../../src/supernet/training/mask-loss.js';

const SIDE = 6;
const OBJECTS = 2;

function draw() {
  const rng = createRng('mask loss');
  const logits = Float32Array.from({ length: OBJECTS * 4 * SIDE * SIDE }, () => 2 * rng.normal());
  const ious = Float32Array.from({ length: OBJECTS * 4 }, () => rng.float());
  const targets = Uint8Array.from({ length: OBJECTS * SIDE * SIDE }, () => (rng.float() < 0.4 ? 1 : 0));
  return { logits, ious, targets };
}

it('has the gradient that finite differences show', () => {
  const { logits, ious, targets } = draw();
  const { dLogits, dIous } = maskLoss(logits, ious, targets);
  const step = 1e-2;
  const difference = (values: Float32Array, i: number) => {
    const before = values[i] as number;
    const at = (value: number) => {
      values[i] = value;
      return maskLoss(logits, ious, targets).loss;
    };
    const slope = (at(before + step) - at(before - step)) / (2 * step);
    values[i] = before;
    return slope;
  };
  for (let i = 0; i < logits.length; i += 3) {
    // The true IoU, which the predicted one is held against, jumps where a logit changes its sign.
    if (Math.abs(logits[i] as number) < 2 * step) continue;
    expect(dLogits[i], `logit ${i}`).toBeCloseTo(difference(logits, i), 3);
  }
  for (let i = 0; i < ious.length; i++) expect(dIous[i], `IoU ${i}`).toBeCloseTo(difference(ious, i), 4);
});

it('is near 0 for a confident, right answer and larger for a wrong one', () => {
  const { targets } = draw();
  const answer = (sign: number) =>
    Float32Array.from({ length: OBJECTS * 4 * SIDE * SIDE }, (_, i) => {
      const object = Math.floor(i / (4 * SIDE * SIDE));
      return sign * (targets[object * SIDE * SIDE + (i % (SIDE * SIDE))] === 1 ? 12 : -12);
    });
  expect(maskLoss(answer(1), new Float32Array(OBJECTS * 4).fill(1), targets).loss).toBeLessThan(1e-3);
  expect(maskLoss(answer(-1), new Float32Array(OBJECTS * 4).fill(0), targets).loss).toBeGreaterThan(20);
});
