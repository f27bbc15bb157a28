import { errorFunction, gamma } from 'simple-statistics';
import { ranks } from './ranks.js';

export interface FriedmanTest {
  /** One a treatment, over the blocks; rank 1 is the smallest value. */
  readonly meanRanks: readonly number[];
  readonly statistic: number;
  readonly p: number;
}

/**
 * Friedman's test (1937) whether treatments differ at all, with the correction for ties; `blocks[i][j]` is treatment j
 * in block i. The p-value is that of the chi-square distribution; all equal gives p = 1.
 */
export function friedman(blocks: readonly (readonly number[])[]): FriedmanTest {
  const treatments = blocks[0]?.length ?? 0;
  const rows = blocks.map(ranks);
  const sums = Array.from({ length: treatments }, (_, j) => rows.reduce((sum, row) => sum + row[j]!, 0));
  const meanRanks = sums.map((sum) => sum / blocks.length);
  const centre = (treatments + 1) / 2;
  const spread = rows.flat().reduce((sum, rank) => sum + (rank - centre) ** 2, 0) / (blocks.length * (treatments - 1));
  if (!(spread > 0)) return { meanRanks, statistic: 0, p: 1 };
  const between = meanRanks.reduce((sum, rank) => sum + (rank - centre) ** 2, 0);
  const statistic = (blocks.length * between) / spread;
  return { meanRanks, statistic, p: chiSquareTail(statistic, treatments - 1) };
}

/** P(X >= x), by the recurrence over the degrees of freedom from those of 1 or 2. */
function chiSquareTail(x: number, freedom: number): number {
  const half = x / 2;
  const isEven = freedom % 2 === 0;
  let tail = isEven ? Math.exp(-half) : 1 - errorFunction(Math.sqrt(half));
  for (let k = isEven ? 2 : 1; k < freedom; k += 2)
    tail += Math.exp((k / 2) * Math.log(half) - half) / gamma(k / 2 + 1);
  return Math.min(1, tail);
}
