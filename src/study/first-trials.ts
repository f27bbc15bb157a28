import type { Measurement } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { OpenTrial } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import { WARM_START } from '../core/trial.js';
import { UsageError } from '../errors.js';

/** What a new study begins with, before any technique is asked. */
export interface FirstTrials {
  readonly finished: readonly FinishedTrial[];
  readonly open: readonly OpenTrial[];
}

const SEED = 'seed';

/**
 * Trials of earlier studies, as finished ones, then configurations to measure first. Of an earlier trial counts what it
 * measured: it is held to this study's objectives and constraints. Left out are failures, trials outside the space,
 * those that lack an objective, and repeats.
 *
 * @param finish makes a trial of a measurement by the rules of this study.
 * @throws UsageError when a seed configuration is not legal.
 */
export function firstTrials(
  space: SearchSpace,
  earlier: readonly Pick<FinishedTrial, 'configuration' | 'state' | 'metrics' | 'failure'>[],
  seeds: readonly Configuration[],
  finish: (open: OpenTrial, measurement: Measurement) => FinishedTrial,
): FirstTrials {
  const seen = new Set<string>();
  const isNew = (configuration: Configuration) => {
    const key = space.key(configuration);
    return !seen.has(key) && seen.add(key);
  };
  const finished: FinishedTrial[] = [];
  for (const trial of earlier) {
    const measurement = measurementOf(trial);
    if (measurement === undefined || !space.isLegal(trial.configuration)) continue;
    const configuration = space.canonical(trial.configuration);
    const told = finish({ number: finished.length, technique: WARM_START, configuration }, measurement);
    if (told.state !== 'failed' && isNew(configuration)) finished.push(told);
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
  if (metrics !== null) return { state: 'complete', metrics };
  if (state !== 'infeasible') return undefined;
  return { state, ...(failure === undefined ? {} : { message: failure.message }) };
}
