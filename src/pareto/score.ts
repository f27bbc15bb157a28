import { createGrowingMemo } from '../base/growing-list.js';
import type { Rng } from '../base/rng.js';
import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import type { FinishedTrial } from '../core/trial.js';
import { extendFront } from './growing-front.js';

/** Weight of the sum beside the largest term: keeps weakly dominated points behind those that dominate them. */
const AUGMENTATION = 0.05;

/** One number for the values of a trial, to be made small; Infinity when it has none. */
export type Score = (values: readonly number[] | null) => number;

/**
 * Several objectives as one, for techniques that follow a single path. With one objective the score is its loss. With more it
 * is the augmented Chebyshev distance to the best seen in each, over the ranges seen (Steuer and Choo, 1983; as in ParEGO, Knowles,
 * 2006): every point of the front is best for some weights.
 *
 * @param weights one an objective, with the sum 1; those of `drawWeights`.
 */
export function createScore(
  trials: readonly FinishedTrial[],
  objectives: readonly Objective[],
  weights: readonly number[],
): Score {
  if (objectives.length === 1) {
    return (values) => (values === null ? Infinity : (losses(values, objectives)[0] as number));
  }
  const memo = rangesOf.get(objectives) ?? createRanges(objectives);
  rangesOf.set(objectives, memo);
  // As they are now: those of the memo go on with the list.
  const { least, most } = memo(trials);
  const [low, high] = [[...least], [...most]];
  return (values) => {
    if (values === null) return Infinity;
    const terms = losses(values, objectives).map((loss, i) => {
      const range = (high[i] as number) - (low[i] as number);
      return ((weights[i] as number) * (loss - (low[i] as number))) / (range > 0 ? range : 1);
    });
    return Math.max(...terms) + AUGMENTATION * terms.reduce((sum, term) => sum + term, 0);
  };
}

/** Of the losses of all trials so far. */
interface Ranges {
  readonly least: number[];
  readonly most: number[];
}

const rangesOf = new WeakMap<readonly Objective[], (trials: readonly FinishedTrial[]) => Ranges>();

const createRanges = (objectives: readonly Objective[]) =>
  createGrowingMemo<FinishedTrial, Ranges>(
    () => ({ least: objectives.map(() => Infinity), most: objectives.map(() => -Infinity) }),
    ({ least, most }, { values }) => {
      for (const [i, loss] of (values === null ? [] : losses(values, objectives)).entries()) {
        least[i] = Math.min(least[i] as number, loss);
        most[i] = Math.max(most[i] as number, loss);
      }
    },
  );

/**
 * The first of the trials with the least score, for a score of these trials and objectives; undefined when none has values.
 * A trial that an earlier one is as good as in every loss scores no less than that one, rounding included, so that only
 * the others are looked at: who starts search after search in a long study does not pay for its length.
 */
export function leastScored(
  trials: readonly FinishedTrial[],
  objectives: readonly Objective[],
  score: Score,
): FinishedTrial | undefined {
  const memo = recordsOf.get(objectives) ?? createRecords(objectives);
  recordsOf.set(objectives, memo);
  let [best, least]: [FinishedTrial | undefined, number] = [undefined, Infinity];
  for (const trial of memo(trials).trials) {
    const own = score(trial.values);
    if (own < least) [best, least] = [trial, own];
  }
  return best;
}

/** The trials that none before them is as good as in every loss, and the front of them. */
interface Records {
  readonly trials: FinishedTrial[];
  front: readonly { readonly losses: readonly number[] }[];
}

const recordsOf = new WeakMap<readonly Objective[], (trials: readonly FinishedTrial[]) => Records>();

const createRecords = (objectives: readonly Objective[]) =>
  createGrowingMemo<FinishedTrial, Records>(
    () => ({ trials: [], front: [] }),
    (records, trial) => {
      if (trial.values === null) return;
      const candidate = { losses: losses(trial.values, objectives) };
      const grown = extendFront(records.front, candidate);
      if (grown.at(-1) !== candidate) return;
      records.front = grown;
      records.trials.push(trial);
    },
  );

/** Weights drawn evenly from all that are positive and have the sum 1. */
export function drawWeights(objectives: readonly Objective[], rng: Rng): number[] {
  const draws = objectives.map(() => -Math.log(1 - rng.float()));
  const sum = draws.reduce((total, draw) => total + draw, 0);
  return draws.map((draw) => draw / sum);
}
