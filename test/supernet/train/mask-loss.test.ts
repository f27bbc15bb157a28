import { expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { maskLoss, maskLossKinds } from '../../../src/supernet/train/mask-loss.js';

const SIDE = 6;
const OBJECTS = 2;

function draw() {
  const rng = createRng('mask loss');
  const logits = Float32Array.from({ length: OBJECTS * 4 * SIDE * SIDE }, () => 2 * rng.normal());
  const ious = Float32Array.from({ length: OBJECTS * 4 }, () => rng.float());
  const targets = Uint8Array.from({ length: OBJECTS * SIDE * SIDE }, () => (rng.float() < 0.4 ? 1 : 0));
  return { logits, ious, targets };
}

const cases = maskLossKinds.flatMap((loss) => [false, true].map((distilled) => [loss, distilled] as const));

it.each(cases)('has the gradient that finite differences show: %s, distilled %s', (loss, distilled) => {
  const { logits, ious, targets } = draw();
  const teacher = distilled ? Float32Array.from(logits, (x, i) => x + Math.sin(i)) : undefined;
  const kind = { loss, iouLoss: true };
  const { dLogits, dIous } = maskLoss(logits, ious, targets, kind, teacher);
  const step = 1e-2;
  const difference = (values: Float32Array, i: number) => {
    const before = values[i] as number;
    const at = (value: number) => {
      values[i] = value;
      return maskLoss(logits, ious, targets, kind, teacher).loss;
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

it('asks nothing more of a subnet that answers as its teacher does', () => {
  const { logits, ious, targets } = draw();
  for (const loss of maskLossKinds) {
    const result = maskLoss(logits, ious, targets, { loss, iouLoss: false }, logits);
    expect(result.loss).toBeCloseTo(0, 6);
    for (const slope of result.dLogits) expect(slope).toBeCloseTo(0, 6);
  }
});

it('learns from a teacher as sure as the truth what it learns from the truth', () => {
  const { logits, ious, targets } = draw();
  // All four of the teacher's masks are the object's, with certainty; the least loss then decides between them.
  const area = SIDE * SIDE;
  const sure = Float32Array.from({ length: logits.length }, (_, i) => {
    const inside = targets[Math.floor(i / (4 * area)) * area + (i % area)] === 1;
    return inside ? 60 : -200;
  });
  for (const loss of maskLossKinds) {
    const kind = { loss, iouLoss: false };
    const hard = maskLoss(logits, ious, targets, kind);
    const soft = maskLoss(logits, ious, targets, kind, sure);
    for (let i = 0; i < area; i++) {
      expect(soft.dLogits[i], `pixel ${i}`).toBeCloseTo(hard.dLogits[i] as number, 6);
    }
  }
});
