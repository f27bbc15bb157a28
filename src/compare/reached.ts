import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import { bestCurve, hypervolumeCurve } from '../pareto/growing-front.js';
import type { ComparisonProblem, ComparisonRow } from './comparison.js';

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
  const points = outcomes.map((values) => (values === null ? null : losses(values, objectives)));
  const curve = limit === null ? bestCurve(outcomes, objectives) : hypervolumeCurve(points, limit);
  const first = outcomes.findIndex((values) => values !== null);
  const steps: [number, number][] = [];
  for (const [i, reached] of curve.entries()) {
    if (i >= first && first >= 0 && reached !== undefined && reached !== steps.at(-1)?.[1])
      steps.push([i + 1, reached]);
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

/** 50, 100, 200, 500, 1000, … up to the budget, and the budget itself. */
export function checkpoints(trials: number): number[] {
  const steps: number[] = [];
  for (let power = 10; power <= trials; power *= 10) steps.push(power, 2 * power, 5 * power);
  return [...steps.filter((step) => step >= 50 && step < trials), trials];
}

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

/** What the rows add where no table could tell: the worst best value seen, and random search's mean curve. */
export function completeProblem(problem: ComparisonProblem, rows: readonly ComparisonRow[]): ComparisonProblem {
  const sign = problem.objectives[0]?.direction === 'max' ? -1 : 1;
  const seen = rows.flatMap(({ improvements }) => improvements.map(([, reached]) => reached));
  const worst = problem.worst ?? (seen.length === 0 ? 0 : seen.reduce((a, b) => (sign * (a - b) > 0 ? a : b)));
  const random = rows.filter(({ technique }) => technique === 'random');
  if (problem.baseline !== null || random.length === 0) return { ...problem, worst };
  const curves = random.map(({ improvements }) => expandCurve(improvements, problem.trials, worst));
  const baseline = Array.from(
    { length: problem.trials },
    (_, i) => curves.reduce((sum, curve) => sum + curve[i]!, 0) / curves.length,
  );
  return { ...problem, worst, baseline, baselineFrom: 'random' };
}
