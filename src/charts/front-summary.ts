import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import type { FinishedTrial } from '../core/trial.js';
import { front } from '../pareto/dominance.js';
import { referencePoint } from '../pareto/growing-front.js';
import { hypervolume } from '../pareto/hypervolume.js';

/** A trial that has values. */
export type CompleteTrial = FinishedTrial & { readonly values: readonly number[] };

export interface FrontSummary {
  /** All that were measured, in the order told. */
  readonly complete: readonly CompleteTrial[];
  /** The non-dominated ones, by the first objective's value, equal ones by number. */
  readonly front: readonly CompleteTrial[];
  /** In the objectives' order and direction, as measured. */
  readonly reference: readonly number[];
  /** Exact, up to the reference, in the product of the objectives' units. */
  readonly hypervolume: number;
  /** The part of the box between the best value of every objective and the reference that it is; 0 for an empty box. */
  readonly coveredShare: number;
}

/**
 * The exact front of a study's complete trials and its hypervolume. Without a reference point, one that lies a tenth of
 * the range beyond the worst value of every objective.
 */
export function summariseFront(
  trials: readonly FinishedTrial[],
  objectives: readonly Objective[],
  reference?: readonly number[],
): FrontSummary {
  const complete = trials.filter((trial): trial is CompleteTrial => trial.values !== null);
  const points = complete.map(({ values }) => losses(values, objectives));
  const limit =
    reference === undefined
      ? points.length === 0
        ? objectives.map(() => 0)
        : referencePoint(points)
      : losses(reference, objectives);
  const covered = hypervolume(points, limit);
  const best = (axis: number) => points.reduce((least, point) => Math.min(least, point[axis] as number), Infinity);
  const box = limit.reduce((volume, worst, axis) => volume * Math.max(0, worst - best(axis)), 1);
  const members = front(points).map((i) => complete[i] as CompleteTrial);
  return {
    complete,
    front: members.sort((a, b) => (a.values[0] as number) - (b.values[0] as number) || a.number - b.number),
    reference: losses(limit, objectives),
    hypervolume: covered,
    coveredShare: box > 0 ? covered / box : 0,
  };
}
