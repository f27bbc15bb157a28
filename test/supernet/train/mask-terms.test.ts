import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { maskLoss } from '../../../src/supernet/train/mask-loss.js';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** The definitions written out in float64: Dice with squared denominators, focal with alpha 0.25 and gamma 2. */
function terms(logits: readonly number[], target: readonly number[]): { dice: number; focal: number } {
  const p = logits.map(sigmoid);
  const focal = p.map((x, i) =>
    target[i] === 1 ? -0.25 * (1 - x) ** 2 * Math.log(x) : -0.75 * x ** 2 * Math.log(1 - x),
  );
  return {
    dice: 1 - (2 * dot(p, target) + 1) / (dot(p, p) + dot(target, target) + 1),
    focal: focal.reduce((a, b) => a + b, 0) / p.length,
  };
}

function maskTerm(logits: readonly number[], target: readonly number[]): number {
  const { dice, focal } = terms(logits, target);
  return dice + 20 * focal;
}

function draw(objects: number, area: number) {
  const rng = createRng('mask loss', objects, area);
  return {
    logits: Float32Array.from({ length: objects * 4 * area }, () => 2 * rng.normal()),
    ious: Float32Array.from({ length: objects * 4 }, () => rng.float()),
    targets: Uint8Array.from({ length: objects * area }, () => (rng.float() < 0.4 ? 1 : 0)),
  };
}

describe('the choice and the range of the mask loss', () => {
  it('is the definition, with the multimask output chosen by IoU', () => {
    const area = 4;
    const target = [1, 1, 0, 0];
    // Mask 2 has the best IoU (1), mask 3 the second best although it is far more certain.
    const masks = [
      [0.3, -0.2, 0.1, -1],
      [-1, -1, 1, 1],
      [0.1, 0.1, -0.1, -0.1],
      [6, 6, 0.01, -6],
    ];
    const ious = [0.5, 0.1, 0.2, 0.9];
    const truth = [1 / 3, 0, 1, 2 / 3];
    const squared = ious.reduce((sum, iou, i) => sum + (iou - (truth[i] as number)) ** 2, 0) / 4;
    const { loss, dLogits } = maskLoss(
      Float32Array.from(masks.flat()),
      Float32Array.from(ious),
      Uint8Array.from(target),
    );
    expect(loss).toBeCloseTo(
      maskTerm(masks[0] as number[], target) + maskTerm(masks[2] as number[], target) + squared,
      5,
    );
    expect([...dLogits].map((value) => value !== 0)).toEqual(
      masks.flatMap((mask, i) => mask.map(() => i === 0 || i === 2)),
    );
    expect(dLogits.length).toBe(4 * area);
  });

  it.each([
    ['dice', 1, 0],
    ['dice+focal', 1, 20],
    ['focal-dice', 0.05, 0.95],
  ] as const)('weighs its terms as %s says, with or without the IoU head', (loss, diceWeight, focalWeight) => {
    const { logits, ious, targets } = draw(1, 5);
    const target = [...targets];
    const masks = [0, 1, 2, 3].map((mask) => [...logits.slice(5 * mask, 5 * mask + 5)]);
    const sums = masks.map((mask) => {
      const { dice, focal } = terms(mask, target);
      return diceWeight * dice + focalWeight * focal;
    });
    const truth = masks.map((mask) => {
      const union = mask.filter((x, i) => x > 0 || target[i] === 1).length;
      return mask.filter((x, i) => x > 0 && target[i] === 1).length / union;
    });
    const best = [1, 2, 3].sort(
      (a, b) => (truth[b] as number) - (truth[a] as number) || (sums[a] as number) - (sums[b] as number),
    )[0] as number;
    const squared = truth.reduce((sum, iou, i) => sum + ((ious[i] as number) - iou) ** 2 / 4, 0);
    const expected = (sums[0] as number) + (sums[best] as number);
    expect(maskLoss(logits, ious, targets, { loss, iouLoss: false }).loss).toBeCloseTo(expected, 6);
    expect(maskLoss(logits, ious, targets, { loss, iouLoss: true }).loss).toBeCloseTo(expected + squared, 6);
    expect(maskLoss(logits, ious, targets, { loss, iouLoss: false }).dIous.every((slope) => slope === 0)).toBe(true);
  });

  it('stays finite for logits of any size', () => {
    const { ious, targets } = draw(1, 6);
    for (const size of [80, 1e4, 1e30]) {
      const logits = Float32Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? size : -size));
      const { loss, dLogits } = maskLoss(logits, ious, targets);
      expect(Number.isFinite(loss)).toBe(true);
      expect(dLogits.every(Number.isFinite)).toBe(true);
    }
  });
});
