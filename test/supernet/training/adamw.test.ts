import { describe, expect, it } from 'vitest';
import { adamWStep, clipNorm, createMoments } from '../../../src/supernet/training/adamw.js';
import { flattenParameters, unflattenParameters } from '../../../src/supernet/training/flat-parameters.js';
import { learningRate } from '../../../src/supernet/training/schedule.js';

describe('AdamW', () => {
  it('follows the published algorithm, decaying matrices and not vectors', () => {
    // By hand, rate 0.1, decay 0.01: step 1 has m/c1 = g and v/c2 = g², so every value moves by rate * sign(g).
    const slots = [
      { shape: [1, 2], offset: 0, length: 2 },
      { shape: [1], offset: 2, length: 1 },
    ];
    const values = Float32Array.of(1, -2, 3);
    const moments = createMoments(3);
    adamWStep(values, Float32Array.of(0.5, -0.25, 2), moments, slots, 0.1, 1);
    expect([...values]).toEqual([0.999 - 0.1, -1.998 + 0.1, 3 - 0.1].map((x) => expect.closeTo(x, 6)));
    // Step 2 with gradients g2: m = 0.09 g1 + 0.1 g2 over 0.19, v = 0.000999 g1² + 0.001 g2² over 0.001999.
    const before = [...values];
    const pairs = [
      [0.5, 1],
      [-0.25, 0.25],
      [2, 0],
    ] as const;
    adamWStep(values, Float32Array.of(...pairs.map(([, g]) => g)), moments, slots, 0.1, 2);
    pairs.forEach(([g1, g2], i) => {
      const mean = (0.09 * g1 + 0.1 * g2) / 0.19;
      const square = (0.000999 * g1 ** 2 + 0.001 * g2 ** 2) / 0.001999;
      const keep = i < 2 ? 1 - 0.1 * 0.01 : 1;
      expect(values[i]).toBeCloseTo((before[i] as number) * keep - (0.1 * mean) / (Math.sqrt(square) + 1e-8), 5);
    });
  });

  it('clips a gradient to its limit and leaves a shorter one alone', () => {
    const long = Float32Array.of(6, 8);
    expect(clipNorm(long, 5)).toBe(10);
    expect([...long]).toEqual([3, 4]);
    const short = Float32Array.of(3, 4);
    expect(clipNorm(short, 5)).toBe(5);
    expect([...short]).toEqual([3, 4]);
  });
});

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

describe('flat parameters', () => {
  const weights = new Map([
    ['a', { shape: [2], data: Float32Array.of(1, 2) }],
    ['b', { shape: [1, 3], data: Float32Array.of(3, 4, 5) }],
  ]);

  it('come back as the tensors they were, the others untouched', () => {
    const flat = flattenParameters(weights, ['b']);
    expect(flat.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    flat.values[1] = 9;
    const trained = unflattenParameters(weights, flat);
    expect(trained.get('b')).toEqual({ shape: [1, 3], data: Float32Array.of(3, 9, 5) });
    expect(trained.get('a')).toBe(weights.get('a'));
    expect(weights.get('b')?.data[1]).toBe(4);
  });

  it('names a tensor that is not there', () => {
    expect(() => flattenParameters(weights, ['c'])).toThrow('"c"');
  });
});
