import { losses } from '../core/losses.js';
import type { Objective } from '../core/objective.js';
import { dominates } from '../pareto/dominates.js';
import { hypervolume } from '../pareto/hypervolume.js';

type Steps = readonly (readonly [trials: number, reached: number])[];

/**
 * What a run has reached whenever it moved: [trials, best value] for one objective, [trials, hypervolume up to the
 * reference] for several. `outcomes` are the trials' values in the order told, null for one without.
 */
export function improvementsOf(
  outcomes: readonly (readonly number[] | null)[],
  objectives: readonly Objective[],
  reference: readonly number[] | null,
): [number, number][] {
  const limit = reference === null ? null : losses(reference, objectives);
  const steps: [number, number][] = [];
  let front: number[][] = [];
  for (const [i, values] of outcomes.entries()) {
    if (values === null) continue;
    const point = losses(values, objectives);
    if (front.some((other) => other.every((loss, axis) => loss <= point[axis]!))) continue;
    front = [...front.filter((other) => !dominates(point, other)), point];
    const reached = limit === null ? values[0]! : hypervolume(front, limit);
    if (reached !== steps.at(-1)?.[1]) steps.push([i + 1, reached]);
  }
  return steps;
}

/** What had been reached after so many trials; undefined when nothing. */
export function reachedAt(steps: Steps, trials: number): number | undefined {
  let reached: number | undefined;
  for (const [at, value] of steps) {
    if (at > trials) break;
    reached = value;
  }
  return reached;
}

/** The curve over 1, 2, …, `trials`, with `nothing` as long as nothing was reached. */
export function expandCurve(steps: Steps, trials: number, nothing: number): number[] {
  const curve: number[] = [];
  let next = 0;
  let reached = nothing;
  for (let trial = 1; trial <= trials; trial++) {
    while (next < steps.length && steps[next]![0] <= trial) reached = steps[next++]![1];
    curve.push(reached);
  }
  return curve;
}
