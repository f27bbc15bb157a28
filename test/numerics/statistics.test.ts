import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrapBand, holm, rankSum, ranks } from '../../src/numerics/statistics.js';

const scipy = JSON.parse(readFileSync(join(import.meta.dirname, 'scipy-numbers.json'), 'utf8')) as {
  rankSum: { a: number[]; b: number[]; statistic: number; p: number }[];
  holm: { p: number[]; adjusted: number[] };
};

describe('the rank-sum test', () => {
  it.each(scipy.rankSum)('agrees with scipy on $a.length and $b.length values', ({ a, b, statistic, p }) => {
    const test = rankSum(a, b);
    expect(test.statistic).toBe(statistic);
    expect(test.p).toBeCloseTo(p, 9);
  });

  it('says nothing of equal samples and of empty ones', () => {
    expect(rankSum([1, 1, 1], [1, 1, 1]).p).toBe(1);
    expect(rankSum([], [1, 2]).p).toBe(1);
  });

  it('is exact without ties: it equals the count over all ways to split the values', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.nat());
    fc.assert(
      fc.property(sizes, ([n, m, seed]) => {
        const order = Array.from({ length: n + m }, (_, i) => i).sort(
          (i, j) => ((i * 7919 + seed) % 13) - ((j * 7919 + seed) % 13),
        );
        const { statistic, p } = rankSum(order.slice(0, n), order.slice(n));
        const u = (members: readonly number[]) => members.reduce((sum, value) => sum + value, 0) - (n * (n - 1)) / 2;
        const extreme = Math.min(statistic, n * m - statistic);
        let [all, tail] = [0, 0];
        for (let pick = 0; pick < 2 ** (n + m); pick++) {
          const members = order.filter((_, i) => (pick >> i) & 1);
          if (members.length !== n) continue;
          all++;
          if (u(members) <= extreme) tail++;
        }
        expect(p).toBeCloseTo(Math.min(1, (2 * tail) / all), 12);
      }),
    );
  });
});

it('corrects by Holm', () => {
  expect(holm(scipy.holm.p).map((p) => Number(p.toFixed(9)))).toEqual(
    scipy.holm.adjusted.map((p) => Number(p.toFixed(9))),
  );
  expect(holm([])).toEqual([]);
});

it('gives equal values the mean of their ranks', () => {
  expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
});

it('puts the mean inside its band, the same one every time, and no band around equal curves', () => {
  const curves = [
    [3, 1],
    [5, 1],
    [10, 1],
  ];
  const band = bootstrapBand(curves);
  expect(band.mean).toEqual([6, 1]);
  expect(band.low[0]).toBeLessThan(6);
  expect(band.high[0]).toBeGreaterThan(6);
  expect([band.low[1], band.high[1]]).toEqual([1, 1]);
  expect(bootstrapBand(curves)).toEqual(band);
});
