import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrapBand } from '../../../src/numerics/statistics/bootstrap-band.js';
import { criticalDifference } from '../../../src/numerics/statistics/critical-difference.js';
import { friedman } from '../../../src/numerics/statistics/friedman.js';
import { holm } from '../../../src/numerics/statistics/holm.js';
import { ranks } from '../../../src/numerics/statistics/ranks.js';
import { wilcoxonSignedRank } from '../../../src/numerics/statistics/wilcoxon-signed-rank.js';

const scipy = JSON.parse(readFileSync(join(import.meta.dirname, 'scipy-numbers.json'), 'utf8')) as {
  signedRank: { a: number[]; b: number[]; statistic: number; p: number }[];
  friedman: { blocks: number[][]; meanRanks: number[]; statistic: number; p: number }[];
  nemenyi: { treatments: number; blocks: number; difference: number }[];
  holm: { p: number[]; adjusted: number[] };
};

describe("Wilcoxon's signed-rank test", () => {
  it.each(scipy.signedRank)('agrees with scipy on $a.length pairs', ({ a, b, statistic, p }) => {
    const test = wilcoxonSignedRank(a, b);
    expect(test.statistic).toBe(statistic);
    expect(test.p).toBeCloseTo(p, 6);
  });

  it('says nothing of equal samples', () => {
    expect(wilcoxonSignedRank([1, 2, 3], [1, 2, 3])).toEqual({ statistic: 0, p: 1, pairs: 0 });
  });

  it('is exact: it equals the count over all sign patterns', () => {
    const values = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(values, (differences) => {
        const test = wilcoxonSignedRank(
          differences,
          differences.map(() => 0),
        );
        const places = ranks(differences.filter((value) => value !== 0).map(Math.abs));
        const total = places.reduce((sum, rank) => sum + rank, 0);
        let extreme = 0;
        for (let signs = 0; signs < 2 ** places.length; signs++) {
          const sum = places.reduce((part, rank, i) => part + ((signs >> i) & 1) * rank, 0);
          if (Math.min(sum, total - sum) <= test.statistic) extreme++;
        }
        expect(test.p).toBeCloseTo(extreme / 2 ** places.length, 12);
      }),
    );
  });
});

it.each(scipy.friedman)("agrees with scipy on Friedman's test of $blocks.length blocks", (expected) => {
  const { meanRanks, statistic, p } = friedman(expected.blocks);
  for (const [i, rank] of expected.meanRanks.entries()) expect(meanRanks[i]).toBeCloseTo(rank, 12);
  expect(statistic).toBeCloseTo(expected.statistic, 9);
  expect(p).toBeCloseTo(expected.p, 6);
});

it.each(scipy.nemenyi)('agrees with scipy on the critical difference of $treatments treatments', (expected) => {
  expect(criticalDifference(expected.treatments, expected.blocks)).toBeCloseTo(expected.difference, 4);
});

it("gives the critical values of Demsar's table 5a", () => {
  const published = [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164];
  for (const [i, value] of published.entries()) {
    const treatments = i + 2;
    const quantile = criticalDifference(treatments, 6) / Math.sqrt((treatments * (treatments + 1)) / 36);
    expect(Math.abs(quantile - value)).toBeLessThan(0.0011);
  }
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
