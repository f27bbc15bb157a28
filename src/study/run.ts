import type { LongRunning } from '../base/progress.js';
import type { Objective } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { FinishedTrial, OpenTrial } from '../core/trial.js';
import { InterruptedError, UsageError } from '../errors.js';
import { createProgressText } from './progress-text.js';
import type { Study, StudyOptions } from './study.js';
import { createStudy } from './study.js';
import type { Told } from './trial-rules.js';

export interface Budget {
  /** Trials that the study measured in all, those of earlier runs included, whatever their state. */
  readonly trials?: number;
  /** Wall clock of this run, or what replayed measurements took when recorded; what is being measured then is finished. */
  readonly seconds?: number;
  /** Ends when the first objective reaches this value. */
  readonly target?: number;
  /** Ends after this many trials in a row without improvement. */
  readonly stall?: number;
}

export interface RunStudyOptions extends StudyOptions, LongRunning {
  /** May return a number where there is one objective, or the metrics alone. */
  readonly oracle: Oracle;
  readonly budget: Budget;
  /** Configurations measured at once. With more than one, trials follow the order in which results come. */
  readonly workers?: number;
  /** Called when a trial is about to be measured. */
  readonly onStart?: (trial: OpenTrial, study: Study) => void;
  /** Called right after a trial was stored. What a hook throws ends the run; nothing stored is lost. */
  readonly onTrial?: (trial: FinishedTrial, study: Study) => void;
  /** Called after `onTrial` for a trial that gained something: a new best, or hypervolume. */
  readonly onImprovement?: (trial: FinishedTrial, study: Study) => void;
}

export interface StudyResult {
  readonly trials: readonly FinishedTrial[];
  readonly front: readonly FinishedTrial[];
  readonly stopped: 'trials' | 'seconds' | 'target' | 'stall' | 'exhausted';
}

/**
 * Runs a study: ask, measure, tell, until the budget is spent or the space is exhausted. An oracle that throws makes a
 * failed trial and the study goes on.
 *
 * @throws InterruptedError when the signal aborts (everything told is stored, the rest stays pending), and what
 *   `createStudy` throws.
 */
export async function runStudy(options: RunStudyOptions): Promise<StudyResult> {
  const { budget, workers = 1, oracle, signal, onProgress, onStart, onTrial, onImprovement } = options;
  checkBudget(budget, workers);
  const study = await createStudy(options);
  const stopWork = new AbortController();
  const measuring = new Map<number, Promise<Measured>>();
  const started = performance.now();
  let replayed = 0;
  let outcome: { readonly kind: 'stopped' | 'interrupted'; readonly detail: string } | undefined;
  const breathe = createBreather();
  const { objectives } = study.definition;
  const progress = createProgressText(study);
  try {
    for (const trial of study.lost) onTrial?.(trial, study);
    for (;;) {
      if (signal?.aborted === true) throw new InterruptedError();
      await breathe();
      const spent = (performance.now() - started) / 1000 + replayed / workers;
      const stopped = stopReason(study, budget, objectives, spent);
      if (stopped === undefined) {
        const room = Math.min(workers, (budget.trials ?? Infinity) - study.measuredCount) - measuring.size;
        for (const trial of room > 0 ? askOneByOne(study, room) : []) {
          onStart?.(trial, study);
          measuring.set(trial.number, measure(oracle, trial, options.seed, stopWork.signal));
        }
      }
      if (measuring.size === 0) {
        outcome = { kind: 'stopped', detail: stopped ?? 'exhausted' };
        return { trials: study.trials, front: study.front(), stopped: stopped ?? 'exhausted' };
      }
      const told = await raceAborted([...measuring.values()], signal);
      measuring.delete(told.number);
      const finished = study.tell(told.number, told.result, told.seconds);
      replayed += told.replayed;
      onTrial?.(finished, study);
      if (finished.improvement > 0) onImprovement?.(finished, study);
      progress.add(finished);
      onProgress?.(study.measuredCount, budget.trials ?? study.measuredCount, progress.text());
    }
  } catch (error) {
    if (error instanceof InterruptedError) outcome = { kind: 'interrupted', detail: `${study.trials.length} trials` };
    throw error;
  } finally {
    // The oracle may be closed as soon as this returns, so nothing may be left running on it.
    stopWork.abort();
    await Promise.all(measuring.values());
    close(study, outcome);
  }
}

/** The longest the loop runs without letting timers and signals in. */
const BREATH_MS = 50;

interface Measured {
  readonly number: number;
  readonly result: Told;
  readonly seconds: number;
  /** Seconds that passed when it was recorded, not now. */
  readonly replayed: number;
}

function checkBudget(budget: Budget, workers: number): void {
  const limits = Object.entries(budget).filter(([, limit]) => limit !== undefined);
  if (limits.length === 0) throw new UsageError('a study needs a budget');
  const wrong = limits.find(([, limit]) => typeof limit !== 'number' || Number.isNaN(limit));
  if (wrong !== undefined) throw new UsageError(`the budget of ${wrong[0]} is ${String(wrong[1])}, which is no number`);
  if (!Number.isInteger(workers) || workers < 1) throw new UsageError(`${workers} workers cannot measure`);
}

/** One at a time, so that what a technique is asked does not depend on how much of the budget is left. */
function* askOneByOne(study: Study, room: number): Generator<OpenTrial> {
  for (let i = 0; i < room; i++) {
    const [trial] = study.ask();
    if (trial === undefined) return;
    yield trial;
  }
}

async function measure(oracle: Oracle, trial: OpenTrial, seed: number, signal: AbortSignal): Promise<Measured> {
  const started = performance.now();
  const done = (result: Told): Measured => {
    // What a user's code returns need not be what its type says.
    const recorded = (result as { readonly seconds?: unknown } | null | undefined)?.seconds;
    const isReplay = typeof (result as { readonly state?: unknown } | null)?.state === 'string';
    const replayed = isReplay && typeof recorded === 'number' && recorded >= 0 ? recorded : undefined;
    const seconds = replayed ?? (performance.now() - started) / 1000;
    return { number: trial.number, result, seconds, replayed: replayed ?? 0 };
  };
  try {
    return done(await oracle.measure(trial.configuration, { trial: trial.number, seed, signal }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return done({ state: 'failed', kind: 'runtime', message });
  }
}

/** The first result, or `InterruptedError` at once: a measurement that was cut off must not be stored as failed. */
async function raceAborted(results: readonly Promise<Measured>[], signal: AbortSignal | undefined): Promise<Measured> {
  if (signal === undefined) return Promise.race(results);
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new InterruptedError());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([aborted, ...results]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function stopReason(
  study: Study,
  budget: Budget,
  objectives: readonly Objective[],
  seconds: number,
): StudyResult['stopped'] | undefined {
  if (study.measuredCount >= (budget.trials ?? Infinity)) return 'trials';
  if (seconds >= (budget.seconds ?? Infinity)) return 'seconds';
  const value = objectives.length === 1 ? study.best()?.values?.[0] : undefined;
  if (budget.target !== undefined && value !== undefined) {
    if (objectives[0]?.direction === 'max' ? value >= budget.target : value <= budget.target) return 'target';
  }
  return study.sinceImprovement >= (budget.stall ?? Infinity) ? 'stall' : undefined;
}

/** An oracle that never waits would keep the event loop, and with it Ctrl-C and every timer, from its turn. */
function createBreather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    last = performance.now();
  };
}

/** A study that already failed keeps its first error: a full disk, say, must not hide behind the release's own. */
function close(study: Study, outcome: Parameters<Study['close']>[0]): void {
  try {
    study.close(outcome);
  } catch (error) {
    if (outcome?.kind === 'stopped') throw error;
  }
}
