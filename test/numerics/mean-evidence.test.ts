import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { createMeanEvidence } from '../../src/numerics/mean-evidence.js';

const orders = (count: number): number[][] =>
  count === 0 ? [[]] : orders(count - 1).flatMap((order) => insertions(order, count - 1));
const insertions = (order: readonly number[], item: number) =>
  Array.from({ length: order.length + 1 }, (_, at) => [...order.slice(0, at), item, ...order.slice(at)]);

/** Numbers of mean 0 and floors below them. */
const nulls = fc
  .array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 30 })), { minLength: 2, maxLength: 5 })
  .map((pairs) => {
    const mean = pairs.reduce((sum, [value]) => sum + value, 0) / pairs.length;
    const numbers = pairs.map(([value]) => value - mean);
    return { numbers, floors: numbers.map((number, i) => number - (pairs[i]?.[1] ?? 0)) };
  });

describe('createMeanEvidence', () => {
  it('is expected to be 1 after any number of looks at numbers whose mean is 0, over all their orders', () => {
    fc.assert(
      fc.property(nulls, ({ numbers, floors }) => {
        const all = orders(numbers.length);
        const sums = numbers.map(() => 0);
        for (const order of all) {
          const evidence = createMeanEvidence(floors);
          for (const [look, place] of order.entries()) sums[look]! += evidence(place, numbers[place]!);
        }
        for (const sum of sums) expect(sum / all.length).toBeLessThanOrEqual(1 + 1e-6);
      }),
      { numRuns: 200 },
    );
  });

  it('reaches 1 / risk at some look with no more than the risk where the mean is 0 or less', () => {
    const rng = createRng('mean-evidence');
    for (const shift of [0, 0.02]) {
      let reached = 0;
      const tries = 2000;
      for (let i = 0; i < tries; i++) {
        const raw = Array.from({ length: 40 }, () => (rng.float() < 0.2 ? 0.5 : -0.1) + 0.05 * rng.normal());
        const mean = raw.reduce((sum, number) => sum + number, 0) / raw.length;
        const numbers = raw.map((number) => number - mean - shift);
        const floor = Math.min(...numbers) - 0.01;
        const evidence = createMeanEvidence(numbers.map((_, k) => floor - (k % 3) / 10));
        const looks = rng.shuffle([...numbers.keys()]).map((place) => evidence(place, numbers[place]!));
        if (looks.some((one) => one >= 10)) reached++;
      }
      expect(reached / tries).toBeLessThanOrEqual(0.1);
    }
  });

  it('knows what the floors leave no doubt of', () => {
    const evidence = createMeanEvidence([-1, -1, -1]);
    expect(evidence(0, 1)).toBeLessThan(Infinity);
    expect(evidence(2, 1)).toBe(Infinity);
  });

  it('takes equal numbers for no evidence, whatever their rounding', () => {
    const floors = [-0.3, -0.1, 0, -0.7];
    const evidence = createMeanEvidence(floors);
    for (const place of floors.keys()) expect(evidence(place, 0)).toBeLessThan(20);
  });

  it('needs few looks where all numbers are above 0 by much', () => {
    const evidence = createMeanEvidence(Array.from({ length: 100 }, () => -0.2));
    let looks = 1;
    while (evidence(looks, 0.3) < 1e5) looks++;
    expect(looks).toBeLessThan(25);
  });
});
