import { isSame } from '../base/json.js';
import type { Objective } from '../core/objective.js';
import type { Measurement } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { StoredStudy } from '../core/store.js';
import type { PriorTrial } from '../core/technique.js';
import { type FinishedTrial, type OpenTrial, WARM_START } from '../core/trial.js';
import { SpaceError, StudyError, UsageError } from '../errors.js';
import { growTrials, NO_TRIALS, type TrialFront } from './trial-rules.js';

/** What a new study begins with, before any technique is asked. */
export interface FirstTrials {
  readonly finished: readonly FinishedTrial[];
  readonly open: readonly OpenTrial[];
}

/** Author of the configurations that a study was given to measure first. */
export const SEED = 'seed';

/**
 * Trials of earlier studies, as finished ones, then configurations to measure first. Of an earlier trial counts what it
 * measured: it is held to this study's objectives and constraints. Left out are failures, trials outside the space,
 * those that lack an objective, and repeats.
 *
 * @param judge makes a trial of a measurement by the rules of this study, given the front so far.
 * @throws UsageError when a seed configuration is not legal.
 */
export function firstTrials(
  space: SearchSpace,
  earlier: readonly Pick<FinishedTrial, 'configuration' | 'state' | 'metrics' | 'failure'>[],
  seeds: readonly Configuration[],
  judge: (open: OpenTrial, measurement: Measurement, front: TrialFront) => FinishedTrial,
  objectives: readonly Objective[],
): FirstTrials {
  const seen = new Set<string>();
  const isNew = (configuration: Configuration) => {
    const key = space.key(configuration);
    return !seen.has(key) && seen.add(key);
  };
  const finished: FinishedTrial[] = [];
  let front = NO_TRIALS;
  for (const trial of earlier) {
    const measurement = measurementOf(trial);
    if (measurement === undefined || !space.isLegal(trial.configuration)) continue;
    const configuration = space.canonical(trial.configuration);
    const told = judge({ number: finished.length, technique: WARM_START, configuration }, measurement, front);
    if (told.state === 'failed' || !isNew(configuration)) continue;
    finished.push(told);
    front = growTrials(front, told, objectives);
  }
  for (const [i, seed] of seeds.entries()) {
    // `canonical` says what is wrong with a value; what is left is a constraint.
    if (space.isLegal(space.canonical(seed))) continue;
    throw new UsageError(`seed configuration ${i + 1} breaks a constraint: ${JSON.stringify(seed)}`, {
      remedy: 'change it or take it out of the file',
    });
  }
  const open = seeds
    .map((seed) => space.canonical(seed))
    .filter(isNew)
    .map((configuration, i) => ({ number: finished.length + i, technique: SEED, configuration }));
  return { finished, open };
}

function measurementOf({
  state,
  metrics,
  failure,
}: Pick<FinishedTrial, 'state' | 'metrics' | 'failure'>): Measurement | undefined {
  // Of a pruned one only what was to be expected is known.
  if (state === 'pruned') return undefined;
  if (metrics !== null) return { state: 'complete', metrics };
  if (state !== 'infeasible') return undefined;
  return { state, ...(failure === undefined ? {} : { message: failure.message }) };
}

/**
 * The complete trials of another study that say something of this one: those of the space that measured every objective.
 *
 * @throws UsageError when there are some and none does.
 */
export function priorTrials(
  space: SearchSpace,
  given: readonly FinishedTrial[] | undefined,
  objectives: readonly Objective[],
): PriorTrial[] | undefined {
  if (given === undefined) return undefined;
  const found = given.flatMap(({ state, configuration, metrics }) => {
    const values = objectives.map(({ metric }) => metrics?.[metric] ?? Number.NaN);
    if (state !== 'complete' || !values.every(Number.isFinite) || !space.isLegal(configuration)) return [];
    return [{ configuration: space.canonical(configuration), values }];
  });
  if (found.length > 1) return found;
  throw new UsageError(`of ${given.length} trials of the study to expect from, ${found.length} can be used`, {
    remedy: `it must be of the same space and have measured ${objectives.map(({ metric }) => metric).join(', ')}`,
  });
}

export interface MigratedTrials {
  readonly finished: readonly FinishedTrial[];
  readonly open: readonly OpenTrial[];
}

/**
 * The trials of a study as trials of a space that has grown: choices and ranges may be wider, and parameters new, each
 * with the value that the old trials stand for. Numbers, order, authors and results stay.
 *
 * @param defaults values of the new parameters.
 * @throws StudyError STUDY_MIGRATE when a trial has no place in the new space: a parameter or choice is gone, a new
 *   parameter has no default, a constraint or condition leaves it out; UsageError for a default of no new parameter.
 */
export function migrateTrials(study: StoredStudy, space: SearchSpace, defaults: Configuration): MigratedTrials {
  const old = new Set(Object.keys(study.definition.space.parameters));
  const added = space.parameters.map(({ name }) => name).filter((name) => !old.has(name));
  const wrong = Object.keys(defaults).find((name) => !added.includes(name));
  if (wrong !== undefined) {
    throw new UsageError(`"${wrong}" is no new parameter and needs no default`, {
      remedy: added.length === 0 ? 'the new space adds none' : `new are ${added.join(', ')}`,
    });
  }
  const move = <T extends OpenTrial | FinishedTrial>(trial: T): T => {
    const configuration = grown(trial, space, defaults);
    return { ...trial, configuration };
  };
  return { finished: study.finished.map(move), open: study.open.map(move) };
}

function grown({ number, configuration }: OpenTrial, space: SearchSpace, defaults: Configuration): Configuration {
  const refuse = (what: string, remedy: string | undefined, cause?: unknown) =>
    new StudyError('STUDY_MIGRATE', `trial ${number} has no place in space "${space.name}": ${what}`, {
      remedy,
      cause,
    });
  let found: Configuration;
  try {
    found = space.canonical({ ...defaults, ...configuration });
  } catch (error) {
    if (!(error instanceof SpaceError)) throw error;
    const isMissing = error.code === 'SPACE_VALUE_MISSING';
    throw refuse(error.message, isMissing ? 'say by --default NAME=VALUE what it was so far' : KEEP, error);
  }
  for (const [name, value] of Object.entries(configuration)) {
    if (isSame(found[name], value)) continue;
    throw refuse(`"${name}" would become ${JSON.stringify(found[name]) ?? 'inactive'}`, KEEP);
  }
  if (!space.isLegal(found)) throw refuse('it breaks a constraint', 'loosen the constraint');
  return found;
}

const KEEP = 'keep every parameter and choice that trials have used';
