import type { Json } from '../base/json.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import type { Store } from '../core/store.js';
import type { Technique } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';
import { runStudy } from '../study/run.js';
import type { ComparisonProblem, ComparisonRow } from './comparison.js';
import { type Meter, type MeteredState, meterTechnique } from './meter-technique.js';
import { checkpoints, improvementsOf, reachedAt } from './reached.js';

/** What a run has to know of its comparison. */
export type RunProblem = Pick<ComparisonProblem, 'objectives' | 'reference' | 'trials'>;

export interface ComparisonStudyOptions {
  readonly space: SearchSpace;
  readonly oracle: Oracle;
  readonly technique: Technique;
  readonly techniqueSpec: string;
  readonly seed: number;
  readonly problem: RunProblem;
  readonly store: Store;
  readonly environment: { readonly [key: string]: Json };
  /** Over measured metrics; the space settles others. */
  readonly constraints: readonly string[];
  readonly shouldStop: () => boolean;
  readonly onTrial: () => void;
}

/** How a comparison names the study of a technique and a seed. */
export const studyName = (technique: string, seed: number): string => `${technique} seed ${seed}`;

/**
 * Runs, or goes on with, the study of one technique and one seed, and sums it up.
 *
 * @throws InterruptedError when `shouldStop` says so, and what `runStudy` throws.
 */
export async function runComparisonStudy(options: ComparisonStudyOptions): Promise<ComparisonRow> {
  return rowOf({ ...options, ...(await measureComparisonStudy(options)) });
}

/** The same, without the sum. */
export async function measureComparisonStudy(
  options: Omit<ComparisonStudyOptions, 'problem'> & { readonly problem: Omit<RunProblem, 'reference'> },
): Promise<{ readonly trials: readonly FinishedTrial[]; readonly meter: Meter }> {
  const { space, technique, techniqueSpec, seed, environment, constraints, shouldStop } = options;
  const { objectives, trials } = options.problem;
  const started = performance.now();
  let oracleMs = 0;
  const oracle: Oracle = {
    ...keptByComparison(options.oracle),
    measure: async (configuration, context) => {
      const before = performance.now();
      try {
        return await options.oracle.measure(configuration, context);
      } finally {
        oracleMs += performance.now() - before;
      }
    },
  };
  const stop = new AbortController();
  if (shouldStop()) stop.abort();
  const last = watchState(options.store);
  const { trials: told } = await runStudy({
    ...{
      name: studyName(techniqueSpec, seed),
      space,
      oracle,
      techniqueSpec,
      objectives,
      seed,
      environment,
      constraints,
    },
    technique: meterTechnique(technique, () => (performance.now() - started - oracleMs) / 1000),
    store: last.store,
    resume: true,
    budget: { trials },
    signal: stop.signal,
    onTrial: () => {
      options.onTrial();
      if (shouldStop()) stop.abort();
    },
  });
  return { trials: told, meter: last.meter() };
}

/** `search --resume` must not go on with a state that has a meter in it. */
export const keptByComparison = (oracle: Oracle): Oracle => ({
  ...oracle,
  fingerprint: async () => ({ ...(await oracle.fingerprint()), 'kept by': 'supersam compare' }),
});

/** Sums up a study of one technique and one seed. One of more trials than asked for counts up to there. */
export function rowOf({
  techniqueSpec,
  seed,
  problem: { objectives, reference, trials },
  trials: measured,
  meter: { asked, illegal, repeated, engineSeconds },
}: Pick<ComparisonStudyOptions, 'techniqueSpec' | 'seed' | 'problem'> & {
  /** In the order told. */
  readonly trials: readonly FinishedTrial[];
  readonly meter: Meter;
}): ComparisonRow {
  const told = measured.slice(0, trials);
  const steps = improvementsOf(
    told.map(({ values }) => values),
    objectives,
    reference,
  );
  return {
    technique: techniqueSpec,
    seed,
    at: Object.fromEntries(checkpoints(trials).map((step) => [step, reachedAt(steps, step) ?? nothing(reference)])),
    improvements: steps,
    illegalShare: asked === 0 ? 0 : illegal / asked,
    repeatedShare: asked === 0 ? 0 : repeated / asked,
    infeasibleShare:
      told.filter(({ values, state }) => values === null && state !== 'pruned').length / Math.max(1, told.length),
    engineSeconds: Number(engineSeconds.toFixed(4)),
  };
}

const nothing = (reference: readonly number[] | null) => (reference === null ? null : 0);

/** What a stored state says of the engine's work; all 0 for a study that was never asked. */
export const meterOf = (state: MeteredState | undefined): Meter =>
  state?.meter ?? { asked: 0, illegal: 0, repeated: 0, engineSeconds: 0 };

/** A store that remembers the newest technique state that went through it. */
function watchState(store: Store): { readonly store: Store; meter(): Meter } {
  let state: MeteredState | undefined;
  return {
    meter: () => meterOf(state),
    store: {
      ...store,
      claim(...given) {
        const log = store.claim(...given);
        state = log.snapshot()?.state as MeteredState | undefined;
        return {
          ...log,
          propose(trials, snapshot) {
            log.propose(trials, snapshot);
            state = snapshot.state as MeteredState;
          },
          finish(trial, seconds, snapshot) {
            log.finish(trial, seconds, snapshot);
            state = snapshot.state as MeteredState;
          },
        };
      },
    },
  };
}
