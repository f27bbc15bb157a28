import type { Context } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';
import { createScore, drawWeights } from '../pareto/score.js';

/** Where a local search begins and what it goes by until it has converged. */
export type SearchStart = {
  /** A point of the unit cube. */
  base: number[];
  /** The weights of the objectives, for `createScore`. */
  weights: number[];
  /** The seed of repairs, for `createProbe`. */
  repair: number;
  /** The key of the best trial from which a search began last. */
  origin: string;
};

/**
 * The start of another local search, with weights of its own: the best trial of the study by these, whoever proposed it, unless the last
 * search but random ones began there already; then, and when there is none, a random configuration.
 */
export function startSearch({ space, objectives, trials, rng }: Context, previous?: SearchStart): SearchStart {
  const weights = drawWeights(objectives, rng);
  const score = createScore(trials, objectives, weights);
  const best = trials.reduce<FinishedTrial | undefined>(
    (least, trial) => (score(trial.values) < score(least?.values ?? null) ? trial : least),
    undefined,
  );
  const repair = rng.int(0, 2 ** 31);
  const origin = best === undefined ? '' : space.key(best.configuration);
  if (best !== undefined && origin !== previous?.origin) {
    return { base: space.toUnit(best.configuration), weights, repair, origin };
  }
  return { base: space.toUnit(space.sample(rng)), weights, repair, origin: previous?.origin ?? '' };
}
