import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adamWStep,
  clipScale,
  createMoments,
  learningRate,
  schedules,
  sumInPlace,
} from '../../../src/supernet/train/adamw.js';

it('takes the steps of AdamW worked out by hand', () => {
  // A matrix entry decays (rate 0.1, decay 0.01), a vector entry does not. With one gradient the first step is the rate itself.
  const values = Float32Array.of(1, 1);
  const slots = [
    { shape: [1, 1], offset: 0, length: 1 },
    { shape: [1], offset: 1, length: 1 },
  ];
  const moments = createMoments(2);
  adamWStep(values, Float32Array.of(0.5, 0.5), moments, slots, 0.1, 1);
  expect([...values].map((value) => value.toFixed(5))).toEqual(['0.89900', '0.90000']);
  // Second step, gradient -1: m = 0.9*0.05 - 0.1 = -0.055, v = 0.999*0.00025 + 0.001 = 0.00124975,
  // corrected -0.055/0.19 = -0.289474 and 0.00124975/0.001999 = 0.625188: step +0.1 * 0.289474 / 0.790688 = +0.036610.
  adamWStep(values, Float32Array.of(-1, -1), moments, slots, 0.1, 2);
  expect(values[1]).toBeCloseTo(0.93661, 5);
  expect(values[0]).toBeCloseTo(0.899 * 0.999 + 0.03661, 5);
});

it('sums gradients and clips the norm of the sum alone where it is too long', () => {
  const [total, other] = [Float32Array.of(1, 1), Float32Array.of(2, 3)];
  expect(sumInPlace([total, other])).toBeCloseTo(5, 6);
  expect(total).toEqual(Float32Array.of(3, 4));
  expect(clipScale(5, 1)).toBeCloseTo(0.2, 6);
  expect(clipScale(0.5, 1)).toBe(1);
});

it('scales the gradient before it takes the step', () => {
  const [plain, scaled] = [Float32Array.of(1), Float32Array.of(1)];
  const slots = [{ shape: [1], offset: 0, length: 1 }];
  adamWStep(plain, Float32Array.of(1e-9), createMoments(1), slots, 0.1, 1);
  adamWStep(scaled, Float32Array.of(4e-9), createMoments(1), slots, 0.1, 1, 0.25);
  expect(scaled).toEqual(plain);
});

describe('the schedule', () => {
  it('warms up over 10 steps and falls along a cosine that is 0 behind the last step', () => {
    const rate = (step: number) => learningRate(step, 109, 1, 10);
    expect([1, 5, 10].map(rate)).toEqual([0.1, 0.5, 1]);
    expect(rate(60)).toBeCloseTo(0.5, 12);
    expect(rate(109)).toBeCloseTo((1 + Math.cos(0.99 * Math.PI)) / 2, 12);
    for (let step = 11; step <= 109; step++) expect(rate(step)).toBeLessThan(rate(step - 1));
  });

  it('warms up for at most half of a short training', () => {
    expect([1, 2, 3, 4].map((step) => learningRate(step, 4, 1, 10))).toEqual(
      [0.5, 1, 0.75, 0.25].map((x) => expect.closeTo(x, 12)),
    );
    expect(learningRate(1, 1, 1, 10)).toBe(1);
  });

  it('stays at the peak when it is constant, from the first step without a warm-up', () => {
    const rates = (warmUp: number, schedule: 'constant' | 'cosine') =>
      [1, 2, 3, 20].map((step) => learningRate(step, 20, 1, warmUp, schedule));
    expect(rates(0, 'constant')).toEqual([1, 1, 1, 1]);
    expect(rates(2, 'constant')).toEqual([0.5, 1, 1, 1]);
    expect(rates(0, 'cosine')[0]).toBe(1);
  });

  it('learns in every step, however few or many there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.nat(100),
        fc.constantFrom(...schedules),
        (steps, warmUp, kind) => {
          const rates = Array.from({ length: steps }, (_, i) => learningRate(i + 1, steps, 3e-4, warmUp, kind));
          expect(Math.min(...rates)).toBeGreaterThan(0);
          expect(Math.max(...rates)).toBe(3e-4);
        },
      ),
      { seed: 10, numRuns: 200 },
    );
  });
});
