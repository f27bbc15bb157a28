import { describeEnvironment } from './base/environment.js';
import type { Direction } from './core/objective.js';
import type { MeasureContext, Measurement, Metrics, Oracle } from './core/oracle.js';
import type { Configuration, SearchSpace } from './core/space.js';
import type { Technique } from './core/technique.js';
import type { FinishedTrial } from './core/trial.js';
import { UsageError } from './errors.js';
import { createTechnique, DEFAULT_TECHNIQUE } from './plugins/create-technique.js';
import { loadTechniques } from './plugins/load-techniques.js';
import type { ConfigurationOf, SpaceBuilder } from './search-space/space-builder.js';
import { createMemoryStore } from './store/memory.js';
import { runStudy, type StudyResult } from './study/run.js';
import type { Study } from './study/study.js';

/** A finished trial whose configuration is typed as the space declared it. */
export type Trial<Configured> = Omit<FinishedTrial, 'configuration'> & { readonly configuration: Configured };

/** Objectives by name with their directions, as `{ error: 'min', throughput: 'max' }`. */
export type ObjectivesByName = { readonly [metric: string]: Direction };

/**
 * What is to be optimised: gives the objective, or several by name, of one configuration; `{ state: 'infeasible' }` where
 * it has none. What it throws makes a failed trial, and the search goes on.
 */
export type ObjectiveFunction<Configured, Result> = (
  configuration: Configured,
  context: MeasureContext,
) => Result | Measurement | Promise<Result | Measurement>;

export interface OptimizeOptions<Configured> {
  /** How long: trials in all (those of earlier runs included), seconds of this run, a value to reach, trials in a row without improvement. */
  readonly trials?: number;
  readonly seconds?: number;
  readonly target?: number;
  readonly stall?: number;
  /** Default 0. One seed, one search. */
  readonly seed?: number;
  /** A technique, `tpe({ startup: 5 })`, or its text, `tpe:startup=5`; the default when absent. */
  readonly technique?: string | Technique;
  /** SQLite file that keeps the study: killed or run again with more trials, the search goes on where it was. */
  readonly study?: string;
  /** Of the study in that file; the space's name by default. */
  readonly name?: string;
  /** Configurations measured at once. Default 1. */
  readonly workers?: number;
  /** Ends the search with an `InterruptedError`; everything measured is kept. */
  readonly signal?: AbortSignal;
  readonly onTrial?: (trial: Trial<Configured>, study: Study) => void;
  /** Expressions over parameters and objectives; a trial that breaks one is infeasible. */
  readonly constraints?: readonly string[];
  /** Measured first by a new study. */
  readonly first?: readonly Configured[];
}

/** What was found with one objective. */
export interface Optimum<Configured> {
  /** The best trial and its value; undefined when no trial was complete. */
  readonly best: (Trial<Configured> & { readonly value: number }) | undefined;
  readonly trials: readonly Trial<Configured>[];
  readonly stopped: StudyResult['stopped'];
}

/** What was found with several objectives. */
export interface Front<Configured> {
  /** The non-dominated trials. */
  readonly front: readonly Trial<Configured>[];
  readonly trials: readonly Trial<Configured>[];
  readonly stopped: StudyResult['stopped'];
}

type AnySpace = SpaceBuilder<never> | SearchSpace;
type Several<Configured> = OptimizeOptions<Configured> & { readonly objectives: ObjectivesByName };

/**
 * Searches a space for the configuration of the least value: `minimize(space('s').float('x', -5, 5), ({ x }) => x ** 2,
 * { trials: 100 })`. With `objectives` the function gives them by name, and the answer is their front.
 *
 * @throws UsageError without a budget or for options that cannot be used; StudyError STUDY_MEASUREMENT when the function
 *   gives no number at its first trial; InterruptedError when the signal aborts.
 */
export function minimize<Space extends AnySpace>(
  space: Space,
  objective: ObjectiveFunction<ConfigurationOf<Space>, Metrics>,
  options: Several<ConfigurationOf<Space>>,
): Promise<Front<ConfigurationOf<Space>>>;
export function minimize<Space extends AnySpace>(
  space: Space,
  objective: ObjectiveFunction<ConfigurationOf<Space>, number>,
  options: OptimizeOptions<ConfigurationOf<Space>>,
): Promise<Optimum<ConfigurationOf<Space>>>;
export function minimize<Space extends AnySpace>(
  space: Space,
  objective: ObjectiveFunction<ConfigurationOf<Space>, number | Metrics>,
  options: OptimizeOptions<ConfigurationOf<Space>> & { readonly objectives?: ObjectivesByName },
): Promise<Optimum<ConfigurationOf<Space>> | Front<ConfigurationOf<Space>>> {
  return optimize(space, objective, options, 'min');
}

/** As `minimize`, for the configuration of the largest value. */
export function maximize<Space extends AnySpace>(
  space: Space,
  objective: ObjectiveFunction<ConfigurationOf<Space>, number>,
  options: OptimizeOptions<ConfigurationOf<Space>>,
): Promise<Optimum<ConfigurationOf<Space>>> {
  return optimize(space, objective, options, 'max') as Promise<Optimum<ConfigurationOf<Space>>>;
}

/** The name of an objective that has none. */
const VALUE = 'value';

async function optimize<Space extends AnySpace>(
  given: Space,
  objective: ObjectiveFunction<ConfigurationOf<Space>, number | Metrics>,
  options: OptimizeOptions<ConfigurationOf<Space>> & { readonly objectives?: ObjectivesByName },
  direction: Direction,
): Promise<Optimum<ConfigurationOf<Space>> | Front<ConfigurationOf<Space>>> {
  type Configured = ConfigurationOf<Space>;
  const { trials, seconds, target, stall, seed = 0, workers = 1, signal, onTrial, constraints, first } = options;
  const space = compiled(given);
  const objectives = Object.entries(options.objectives ?? { [VALUE]: direction }).map(([metric, way]) => ({
    metric,
    direction: way,
  }));
  if (objectives.length === 0) throw new UsageError('no objective is named', { remedy: "write { error: 'min' }" });
  const technique =
    typeof options.technique === 'object'
      ? options.technique
      : createTechnique(options.technique ?? DEFAULT_TECHNIQUE, await loadTechniques());
  const store =
    options.study === undefined
      ? createMemoryStore()
      : (await import('./store/sqlite.js')).openSqliteStore(options.study);
  try {
    const result = await runStudy({
      ...{ name: options.name ?? space.name, space, technique, objectives, seed, store, workers, resume: true },
      oracle: functionOracle(
        objective as ObjectiveFunction<Configuration, number | Metrics>,
        objectives.map(({ metric }) => metric),
      ),
      environment: describeEnvironment(),
      budget: defined({ trials, seconds, target, stall }),
      ...defined({ constraints, signal }),
      ...(onTrial === undefined
        ? {}
        : { onTrial: (trial, study) => onTrial(trial as unknown as Trial<Configured>, study) }),
      ...(first === undefined ? {} : { seedConfigurations: first as unknown as readonly Configuration[] }),
    });
    const typed = result as unknown as Front<Configured>;
    const answer = { trials: [...typed.trials], stopped: result.stopped };
    if (options.objectives !== undefined) return { ...answer, front: typed.front };
    const [best] = typed.front;
    return { ...answer, best: best === undefined ? undefined : { ...best, value: best.values?.[0] as number } };
  } finally {
    store.close();
  }
}

const compiled = (space: AnySpace): SearchSpace => ('compile' in space ? space.compile() : space);

/** A function as an oracle. What it depends on cannot be told from outside, so a resumed search takes it to be the same. */
const functionOracle = (
  objective: ObjectiveFunction<Configuration, number | Metrics>,
  metrics: readonly string[],
): Oracle => ({
  name: 'function',
  metrics,
  fingerprint: async () => ({}),
  // A number or metrics by name: the study reads both, and refuses what is neither.
  measure: async (configuration, context) => (await objective(configuration, context)) as Measurement,
});

/** Without the keys that are undefined, which exact optional types tell from absent ones. */
const defined = <T extends object>(options: T) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
