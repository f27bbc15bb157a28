import { createGrowingMemo } from '../base/growing-list.js';
import { isSame } from '../base/json.js';
import { createRng } from '../base/rng.js';
import type { Configuration } from '../core/space.js';
import type { Context } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';
import { createScore, drawWeights, leastScored } from '../pareto/score.js';

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
  const best = leastScored(trials, objectives, createScore(trials, objectives, weights));
  const repair = rng.int(0, 2 ** 31);
  const origin = best === undefined ? '' : space.key(best.configuration);
  if (best !== undefined && origin !== previous?.origin) {
    return { base: space.toUnit(best.configuration), weights, repair, origin };
  }
  return { base: space.toUnit(space.sample(rng)), weights, repair, origin: previous?.origin ?? '' };
}

/**
 * Chooses what to propose: the first `count` of the configurations wanted that were neither told nor are `open`, that is
 * proposed already. Gives the proposals and what is open with them.
 *
 * @param wanted canonical; the one needed first in front, and then those that may be needed, for when more is asked.
 */
export function requestTrials(
  wanted: Iterable<Configuration>,
  open: readonly Configuration[],
  count: number,
  trials: readonly FinishedTrial[],
): [proposals: Configuration[], open: Configuration[]] {
  const left = open.filter((configuration) => findTrial(trials, configuration) === undefined);
  const asked = new Set(left.map((configuration) => JSON.stringify(configuration)));
  const proposals: Configuration[] = [];
  for (const configuration of wanted) {
    if (proposals.length === count) break;
    const text = JSON.stringify(configuration);
    if (asked.has(text) || findTrial(trials, configuration) !== undefined) continue;
    asked.add(text);
    proposals.push(configuration);
  }
  return [proposals, [...left, ...proposals]];
}

/** The configuration at a point of the unit cube, and the values that it was measured to have. */
export interface Probe {
  readonly configuration: Configuration;
  /** Null when it could not be measured; undefined while it was not. */
  readonly values: readonly number[] | null | undefined;
}

/**
 * Reads the objective at points of the unit cube from the trials told so far, for methods that move through a continuum.
 *
 * @param repair drawn once and kept in the technique's state, so that a point means the same configuration at every ask
 *   even where constraints make `fromUnit` look for a legal one.
 */
export function createProbe(
  { space, trials }: Pick<Context, 'space' | 'trials'>,
  repair: number,
): (point: readonly number[]) => Probe {
  return (point) => {
    const configuration = space.fromUnit(point, createRng('probe', repair));
    return { configuration, values: findTrial(trials, configuration)?.values };
  };
}

/** The point at `factor` of the way from one point of the unit cube to another, before or beyond them too; put on the border. */
export function pointAlong(from: readonly number[], to: readonly number[], factor: number): number[] {
  return from.map((x, i) => Math.min(1, Math.max(0, x + factor * ((to[i] as number) - x))));
}

/**
 * The trial of a configuration, if it was told. Both must be canonical, as all that a space's operators return is. The
 * latest counts.
 */
export function findTrial(trials: readonly FinishedTrial[], configuration: Configuration): FinishedTrial | undefined {
  // Who asks once for a list of his own is served by looking; the list of a study is asked at every step.
  if (!asked.has(trials)) {
    asked.add(trials);
    return trials.findLast((trial) => isSame(trial.configuration, configuration));
  }
  return trials[placesOf(trials).get(JSON.stringify(configuration)) ?? -1];
}

const asked = new WeakSet<readonly FinishedTrial[]>();

const placesOf = createGrowingMemo<FinishedTrial, Map<string, number>>(
  () => new Map(),
  (places, { configuration }, place) => places.set(JSON.stringify(configuration), place),
);
