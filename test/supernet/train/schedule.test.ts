import { describe, expect, it } from 'vitest';
import { learningRate } from '../../../src/supernet/train/adamw.js';

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

  it('stays at the peak when it is constant, from the first step without a warm-up', () => {
    const rates = (warmUp: number, schedule: 'constant' | 'cosine') =>
      [1, 2, 3, 20].map((step) => learningRate(step, 20, 1, warmUp, schedule));
    expect(rates(0, 'constant')).toEqual([1, 1, 1, 1]);
    expect(rates(2, 'constant')).toEqual([0.5, 1, 1, 1]);
    expect(rates(0, 'cosine')[0]).toBeCloseTo((1 + Math.cos(Math.PI / 20)) / 2, 12);
  });
});
