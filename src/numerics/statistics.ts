import { quantileSorted } from 'simple-statistics';
import { createRng } from '../base/rng.js';
import { normalDistribution } from './normal.js';

/** The rank of every value, the smallest first at 1; equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const found: number[] = [];
  for (let first = 0; first < order.length; ) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]!] === values[order[first]!]) last++;
    for (let place = first; place <= last; place++) found[order[place]!] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return found;
}

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

/**
 * Holm's step-down correction (1979) of several tests' p-values: significant at level alpha are those at most alpha
 * afterwards, with a chance of at most alpha for any false one among them.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const corrected: number[] = [];
  let largest = 0;
  for (const [place, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - place) * ps[i]!));
    corrected[i] = largest;
  }
  return corrected;
}

export interface Band {
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const RESAMPLES = 1000;

/**
 * The mean of some curves of one length and its 95 % band: percentiles of the means of resampled curves (Efron, 1979).
 * Whole curves are drawn, the same ones for every position; the draws are fixed, so equal curves give equal bands.
 */
export function bootstrapBand(curves: readonly (readonly number[])[]): Band {
  const length = curves[0]?.length ?? 0;
  const rng = createRng('bootstrap', curves.length);
  const draws = Array.from({ length: RESAMPLES }, () => curves.map(() => rng.int(0, curves.length - 1)));
  const meanOf = (position: number, members: readonly number[]) =>
    members.reduce((sum, i) => sum + curves[i]![position]!, 0) / members.length;
  const band = { mean: [] as number[], low: [] as number[], high: [] as number[] };
  const all = curves.map((_, i) => i);
  for (let position = 0; position < length; position++) {
    const means = draws.map((draw) => meanOf(position, draw)).sort((a, b) => a - b);
    band.mean.push(meanOf(position, all));
    band.low.push(quantileSorted(means, 0.025));
    band.high.push(quantileSorted(means, 0.975));
  }
  return band;
}
