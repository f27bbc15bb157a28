import { describe, expect, it } from 'vitest';
import { learningRate } from '../../../src/supernet/training/schedule.js';

describe('the schedule', () => {
  it('warms up over 10 steps and ends at 0 along a cosine', () => {
    const rate = (step: number) => learningRate(step, 110, 1, 10);
    expect([1, 5, 10].map(rate)).toEqual([0.1, 0.5, 1]);
    expect(rate(60)).toBeCloseTo(0.5, 12);
    expect(rate(110)).toBeCloseTo(0, 12);
    for (let step = 11; step <= 110; step++) expect(rate(step)).toBeLessThan(rate(step - 1));
  });

  it('warms up for at most half of a short training', () => {
    expect([1, 2, 3, 4].map((step) => learningRate(step, 4, 1, 10))).toEqual(
      [0.5, 1, 0.5, 0].map((x) => expect.closeTo(x, 12)),
    );
    expect(learningRate(1, 1, 1, 10)).toBe(1);
  });
});
