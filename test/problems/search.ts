import type { SearchSpace } from '../../src/core/space.js';
import type { Context, TechniqueDefinition } from '../../src/core/technique.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { compileSpace, createRng, createTechnique, losses } from '../../src/index.js';
import type { Problem } from './problem.js';

export interface SearchOptions {
  readonly technique: TechniqueDefinition;
  /** As on the command line: `nsga2:population=100`. */
  readonly spec?: string;
  readonly trials: number;
  readonly seed: number;
  /** Ends a search with one objective once its loss is at most this. */
  readonly target?: number;
  /** Instead of the problem's own, to watch what is asked of it. */
  readonly space?: SearchSpace;
}

/**
 * A bare loop of ask and tell, as published experiments count evaluations: one proposal at a time, repeats measured
 * again. Trials of studies with several objectives are told without their gain in hypervolume, which takes long for
 * fronts of thousands.
 */
export function search(problem: Problem, options: SearchOptions) {
  const { definition, objectives, evaluate } = problem;
  const { technique, spec, trials: most, seed, target, space = compileSpace(definition) } = options;
  const run = createTechnique(spec ?? technique.name, new Map([[technique.name, technique]]));
  const trials: FinishedTrial[] = [];
  let step = 0;
  const context = (): Context => ({ space, objectives, trials, rng: createRng(seed, run.name, step++) });
  let state = run.init(context());
  let best = Infinity;
  while (trials.length < most && best > (target ?? -Infinity)) {
    const [[configuration], asked] = run.ask(state, 1, context());
    if (configuration === undefined) throw new Error(`${run.name} has nothing to propose`);
    const metrics = evaluate(configuration);
    const values = metrics === null ? null : objectives.map(({ metric }) => metrics[metric]!);
    const loss = values === null || objectives.length > 1 ? Infinity : losses(values, objectives)[0]!;
    const gain = loss < best ? (best === Infinity ? 1 : best - loss) : 0;
    best = Math.min(best, loss);
    const base = { number: trials.length, technique: run.name, configuration, improvement: gain };
    trials.push(
      values === null
        ? { ...base, state: 'infeasible', values, metrics: null }
        : { ...base, state: 'complete', values, metrics },
    );
    state = run.tell(asked, trials.slice(-1), context());
  }
  return {
    trials,
    best,
    points: trials.flatMap(({ values }) => (values === null ? [] : [losses(values, objectives)])),
    state,
  };
}
