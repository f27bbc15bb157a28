/**
 * How much of the way from random search to the optimum a run has gone, one number a trial: (baseline - reached) /
 * (baseline - optimum). 0 is what random search is expected to reach, 1 the optimum, below 0 is worse than random
 * (Willemsen et al., 2024). Where random search is at the optimum itself there is nothing to win: 0. All three may be
 * losses or gains, as long as they are the same.
 */
export function normalisedScore(reached: readonly number[], baseline: readonly number[], optimum: number): number[] {
  return reached.map((value, i) => {
    const way = baseline[i]! - optimum;
    return way === 0 ? 0 : (baseline[i]! - value) / way;
  });
}
