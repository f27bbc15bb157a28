import type { Limit } from '../../../src/core/technique.js';
import { hypervolume } from '../../../src/pareto/hypervolume.js';
import {
  burma14,
  classics,
  conditional,
  dtlz,
  knapsack,
  knapsack15,
  knapsack24,
  metricsOf,
  mw,
  nug12,
  oliver30,
  type Problem,
  ta001,
  wideChoices,
  wideFunction,
  zdt,
} from '../../problems/index.js';

/**
 * Problems of known answer that 200 trials are a fair budget for: grids, orders, sets, and settings of settings; and
 * the continuous ones that 50 are usual for; and spaces of many parameters of which ten matter.
 */
const problems: readonly Problem[] = [
  zdt('zdt1', { dimension: 6, levels: 11 }),
  zdt('zdt3', { dimension: 6, levels: 21 }),
  dtlz('dtlz1', 3, { dimension: 6, levels: 11 }),
  dtlz('dtlz2', 3, { dimension: 6, levels: 11 }),
  dtlz('dtlz7', 3, { dimension: 6, levels: 11 }),
  mw('mw1', { levels: 15 }),
  mw('mw2', { levels: 15 }),
  mw('mw1', { levels: 15, isTold: true }),
  mw('mw2', { levels: 15, isTold: true }),
  conditional(),
  conditional({ objectives: 2 }),
  burma14(),
  oliver30(),
  nug12(),
  ta001(),
  knapsack(knapsack24),
  knapsack(knapsack15, { weighed: true }),
  ...classics,
  ...[100, 1000].flatMap((dimension) => [
    wideFunction('levy', { dimension }),
    wideFunction('ackley', { dimension }),
    wideFunction('rosenbrock', { dimension }),
    wideChoices({ dimension }),
  ]),
];

/** What `build.mjs` writes of every problem but its oracle; the optimum and the reference point in measured values. */
export function syntheticTasks() {
  return problems.map((problem) => {
    const { name, definition: space, objectives, reference, limits } = problem;
    const front = problem.front();
    const measured = (losses: readonly number[]) =>
      losses.map((loss, k) => (objectives[k]!.direction === 'max' ? -loss : loss));
    const shared = {
      name,
      description: 'synthetic, with a known answer',
      space: { ...space, name },
      objectives: objectives.map(({ metric, direction }) => `${metric}:${direction}`),
      ...(limits === undefined ? {} : { constraints: limits.map(constraintOf) }),
    };
    if (objectives.length === 1) return { ...shared, optimum: measured(front[0]!)[0]! };
    return { ...shared, reference: measured(reference), bestHypervolume: hypervolume(front, reference) };
  });
}

const constraintOf = ({ metric, side, bound }: Limit) => `${metric} ${side === 'most' ? '<=' : '>='} ${bound}`;

const problemOf = (name: string) => problems.find((problem) => problem.name === name)!;

/** What is measured of the problem of that name. */
export const syntheticMetrics = (name: string) => metricsOf(problemOf(name));

/** Measures a configuration of the problem of that name, as a module oracle does. */
export function measureSynthetic(
  name: string,
  { configuration }: { configuration: Parameters<Problem['evaluate']>[0] },
) {
  return problemOf(name).evaluate(configuration) ?? { state: 'infeasible' };
}
