import { errorFunction } from 'simple-statistics';
import { ranks } from './ranks.js';

export interface SignedRankTest {
  /** The smaller of the rank sums of the positive and the negative differences. */
  readonly statistic: number;
  /** Two-sided. */
  readonly p: number;
  /** Pairs that differ; equal ones say nothing and are dropped (Wilcoxon, 1945). */
  readonly pairs: number;
}

/** Up to here the distribution is computed exactly, ties included; beyond, by its normal approximation. */
const EXACT_PAIRS = 50;

/**
 * Wilcoxon's signed-rank test of paired samples: does one tend to be larger than the other? (simple-statistics has the
 * rank-sum test of independent samples alone.)
 *
 * @throws RangeError when the samples differ in length.
 */
export function wilcoxonSignedRank(a: readonly number[], b: readonly number[]): SignedRankTest {
  if (a.length !== b.length) throw new RangeError('a paired test needs samples of one length');
  const differences = a.map((value, i) => value - b[i]!).filter((difference) => difference !== 0);
  const places = ranks(differences.map(Math.abs));
  const positive = places.reduce((sum, rank, i) => sum + (differences[i]! > 0 ? rank : 0), 0);
  const pairs = differences.length;
  const statistic = Math.min(positive, (pairs * (pairs + 1)) / 2 - positive);
  const p = pairs === 0 ? 1 : pairs <= EXACT_PAIRS ? exact(places, statistic) : approximate(places, statistic);
  return { statistic, p, pairs };
}

/** Twice the chance that a rank sum under random signs is at most the statistic, summed over all sign patterns. */
function exact(places: readonly number[], statistic: number): number {
  // Shared ranks are halves: doubled, every sum is a whole number.
  const doubled = places.map((rank) => Math.round(2 * rank));
  const chance = new Float64Array(doubled.reduce((sum, rank) => sum + rank, 0) + 1);
  chance[0] = 1;
  let reach = 0;
  for (const rank of doubled) {
    reach += rank;
    for (let sum = reach; sum >= 0; sum--) chance[sum] = (chance[sum]! + (sum >= rank ? chance[sum - rank]! : 0)) / 2;
  }
  const tail = chance.slice(0, Math.round(2 * statistic) + 1).reduce((sum, part) => sum + part, 0);
  return Math.min(1, 2 * tail);
}

function approximate(places: readonly number[], statistic: number): number {
  const mean = places.reduce((sum, rank) => sum + rank, 0) / 2;
  // The variance under random signs; with ties it is what the usual correction for ties gives.
  const deviation = Math.sqrt(places.reduce((sum, rank) => sum + rank * rank, 0) / 4);
  return 1 - errorFunction((mean - statistic) / deviation / Math.SQRT2);
}
