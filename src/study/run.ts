import type { LongRunning } from '../base/progress.js';
import type { Measurement, Oracle } from '../core/oracle.js';
import type { OpenTrial } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import { InterruptedError, UsageError } from '../errors.js';
import type { Study, StudyOptions } from './study.js';
import { createStudy } from './study.js';

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
  if (Object.values(budget).every((limit) => limit === undefined)) throw new UsageError('a study needs a budget');
  const study = await createStudy(options);
  const stopWork = new AbortController();
  const measuring = new Map<number, Promise<Told>>();
  const started = performance.now();
  let replayed = 0;
  let outcome: { readonly kind: 'stopped' | 'interrupted'; readonly detail: string } | undefined;
  const breathe = createBreather();
  try {
    for (;;) {
      if (signal?.aborted === true) throw new InterruptedError();
      await breathe();
      const spent = (performance.now() - started) / 1000 + replayed / workers;
      const stopped = stopReason(study, budget, options, spent);
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
      const finished = study.tell(told.number, told.measurement, told.seconds);
      replayed += told.measurement.seconds ?? 0;
      onTrial?.(finished, study);
      if (finished.improvement > 0) onImprovement?.(finished, study);
      onProgress?.(study.measuredCount, budget.trials ?? study.measuredCount, bestOf(study, options));
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

interface Told {
  readonly number: number;
  readonly measurement: Measurement;
  readonly seconds: number;
}

/** One at a time, so that what a technique is asked does not depend on how much of the budget is left. */
function* askOneByOne(study: Study, room: number): Generator<OpenTrial> {
  for (let i = 0; i < room; i++) {
    const [trial] = study.ask();
    if (trial === undefined) return;
    yield trial;
  }
}

async function measure(oracle: Oracle, trial: OpenTrial, seed: number, signal: AbortSignal): Promise<Told> {
  const started = performance.now();
  const done = (measurement: Measurement): Told => ({
    number: trial.number,
    measurement,
    seconds: measurement.seconds ?? (performance.now() - started) / 1000,
  });
  try {
    return done(await oracle.measure(trial.configuration, { trial: trial.number, seed, signal }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return done({ state: 'failed', kind: 'runtime', message });
  }
}

/** The first result, or `InterruptedError` at once: a measurement that was cut off must not be stored as failed. */
async function raceAborted(results: readonly Promise<Told>[], signal: AbortSignal | undefined): Promise<Told> {
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
  { objectives }: StudyOptions,
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

/** What a progress line says beside the count. */
function bestOf(study: Study, { objectives }: StudyOptions): string {
  const [objective] = objectives;
  const value = objectives.length === 1 ? study.best()?.values?.[0] : undefined;
  return value === undefined ? '' : `best ${objective?.metric} ${Number(value.toPrecision(6))}`;
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
