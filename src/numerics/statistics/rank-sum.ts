import { normalDistribution } from '../normal.js';
import { ranks } from './ranks.js';

export interface RankSumTest {
  /** Mann and Whitney's U of the first sample: pairs in which its value is the larger, equal ones as halves. */
  readonly statistic: number;
  /** Two-sided. */
  readonly p: number;
}

/** Up to so many values without ties the distribution is computed exactly; else by its normal approximation. */
const EXACT_VALUES = 50;

/**
 * Mann and Whitney's rank-sum test (1947) of independent samples: does one tend to be larger than the other? With the
 * corrections for ties and continuity where the normal approximation serves. An empty sample tells nothing: p = 1.
 */
export function rankSum(a: readonly number[], b: readonly number[]): RankSumTest {
  const values = [...a, ...b];
  const places = ranks(values);
  const least = (a.length * (a.length + 1)) / 2;
  const statistic = places.slice(0, a.length).reduce((sum, rank) => sum + rank, 0) - least;
  if (a.length === 0 || b.length === 0) return { statistic, p: 1 };
  const smaller = Math.min(statistic, a.length * b.length - statistic);
  const hasTies = new Set(values).size < values.length;
  const p =
    !hasTies && values.length <= EXACT_VALUES
      ? exact(a.length, b.length, smaller)
      : approximate(a.length, b.length, smaller, values);
  return { statistic, p };
}

/**
 * Twice the chance that U is at most `smaller` when every order is as likely: the coefficients of the Gaussian binomial
 * (1 - x^(m+1)) … (1 - x^(m+n)) / ((1 - x) … (1 - x^n)) count the orders of every U.
 */
function exact(n: number, m: number, smaller: number): number {
  const counts = new Float64Array(n * m + 1);
  counts[0] = 1;
  for (let i = 1; i <= n; i++) {
    for (let u = n * m; u >= m + i; u--) counts[u] = counts[u]! - counts[u - m - i]!;
    for (let u = i; u <= n * m; u++) counts[u] = counts[u]! + counts[u - i]!;
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  const tail = counts.slice(0, smaller + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * tail) / all);
}

function approximate(n: number, m: number, smaller: number, values: readonly number[]): number {
  const total = n + m;
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  const ties = [...sizes.values()].reduce((sum, size) => sum + size ** 3 - size, 0);
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))));
  if (!(deviation > 0)) return 1;
  return Math.min(1, 2 * normalDistribution((smaller + 0.5 - (n * m) / 2) / deviation));
}
