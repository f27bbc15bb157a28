import type { Ranking, RankMethod } from './ranking.js';

/** What a search space is designed from. */
export interface RankedUnits {
  readonly method?: RankMethod;
  /** `drop` is that of mean IoU, or where no image was looked at the mean absolute weight. */
  readonly removals: readonly { readonly parameter: string; readonly drop: number }[];
}

export const rankedUnits = (ranking: Ranking): RankedUnits =>
  ranking.method === 'magnitude'
    ? {
        method: ranking.method,
        removals: ranking.removals.map(({ parameter, magnitude }) => ({ parameter, drop: magnitude })),
      }
    : ranking;

/** The units the least harmful first; a greedy ranking's in the order in which they were taken out. */
export const leastHarmfulFirst = ({ method, removals }: RankedUnits): RankedUnits['removals'] =>
  method === 'greedy' ? removals : [...removals].sort((a, b) => a.drop - b.drop);
