import { isSame } from '../base/json.js';
import type { Measurement, Metrics, Parts } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { StudyHistory, TrialFault } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import { SpaceError } from '../errors.js';
import { measuredMetrics } from './definition.js';
import { raceFault } from './race.js';
import { growTrials, judgeTrial, measuredConstraints, NO_TRIALS } from './trial-rules.js';

export interface JudgingOptions {
  readonly space: SearchSpace;
  /** Exact metrics of a configuration, where the oracle is at hand. */
  readonly analyze?: ((configuration: Configuration) => Metrics | undefined) | undefined;
  /** What the oracle measures part by part, where it is at hand: then races are run again over what they saw. */
  readonly parts?: Parts | undefined;
}

/**
 * Holds every trial to the space and to what it measured: its configuration must be legal and canonical, its values those of
 * its metrics, its exact metrics right, its state and improvement what the study's rules make of it and of the trials before, its race
 * lost where it was stopped.
 */
export function judgeAgain(history: StudyHistory, { space, analyze, parts }: JudgingOptions): TrialFault[] {
  const { definition, finished, open } = history;
  const { objectives, constraints = [], seed, race } = definition;
  const metrics = [...new Set(finished.flatMap((trial) => Object.keys(trial.metrics ?? {})))];
  const violated = measuredConstraints(space, measuredMetrics({ objectives, metrics }), constraints);
  const faults: TrialFault[] = [];
  let front = NO_TRIALS;
  const races =
    race === undefined || parts === undefined
      ? undefined
      : { parts, objectives, seed, risk: race, analyze: analyze ?? (() => undefined) };
  for (const [i, trial] of [...finished, ...open].entries()) {
    const { number, configuration } = trial;
    const wrong = misplaced(space, configuration);
    if (wrong !== undefined) faults.push({ trial: number, what: wrong });
    if (wrong !== undefined || !('state' in trial)) continue;
    const judged = judgeTrial(
      trial,
      measurementOf(trial),
      { objectives, violated, analytic: analyze?.(configuration) },
      front,
    );
    const what = difference(trial, judged) ?? (races && raceFault(trial, finished.slice(0, i), races));
    if (what !== undefined) faults.push({ trial: number, what });
    front = growTrials(front, trial, objectives);
  }
  return faults;
}

function misplaced(space: SearchSpace, configuration: Configuration): string | undefined {
  try {
    if (!isSame(space.canonical(configuration), configuration)) return 'its configuration has inactive parameters';
    return space.isLegal(configuration) ? undefined : 'its configuration breaks a constraint of the space';
  } catch (error) {
    if (error instanceof SpaceError) return `its configuration is none of the space: ${error.message}`;
    throw error;
  }
}

/** What must have been measured for the trial to be as it is. */
function measurementOf({ state, metrics, failure, parts }: FinishedTrial): Measurement {
  if (state === 'pruned' && parts !== undefined) return { state, metrics: metrics ?? {}, parts };
  if (metrics !== null) return { state: 'complete', metrics, ...(parts === undefined ? {} : { parts }) };
  if (state === 'failed') return { state, kind: failure?.kind ?? 'runtime', message: failure?.message ?? '' };
  return { state: 'infeasible', ...(failure === undefined ? {} : { message: failure.message }) };
}

function difference(stored: FinishedTrial, judged: FinishedTrial): string | undefined {
  for (const key of ['state', 'values', 'metrics', 'improvement', 'failure'] as const) {
    if (isSame(stored[key], judged[key])) continue;
    return `its ${key} ${show(stored[key])} should be ${show(judged[key])}`;
  }
  return undefined;
}

const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
};
