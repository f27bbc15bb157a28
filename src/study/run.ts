import type { LongRunning } from '../base/progress.js';
import { raceAborted } from '../base/race-aborted.js';
import type { Executor } from '../core/executor.js';
import type { Objective } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { FinishedTrial, OpenTrial } from '../core/trial.js';
import { InterruptedError, UsageError } from '../errors.js';
import { createFlight } from './flight.js';
import { createInlineExecutor } from './inline-executor.js';
import { createProgressText } from './progress-text.js';
import { showFleet } from './show-fleet.js';
import type { Study, StudyOptions } from './study.js';
import { createStudy, MOST_ATTEMPTS } from './study.js';

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
  /**
   * Configurations measured at once (default: as many as the executor can, by the oracle itself one). With more than one,
   * trials follow the order in which results come.
   */
  readonly workers?: number;
  /** Where is measured; by the oracle itself when absent. The caller closes it. */
  readonly executor?: Executor;
  /**
   * So many trials (1 or more) are open at a time and results are told in the order asked, so that any number of workers
   * up to that gives the same trials. A run that goes on where another stopped gives them as well.
   */
  readonly inOrder?: number;
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
  /** Outcomes that were dropped, since they came after their attempt had been given up. */
  readonly late: number;
}

/**
 * Runs a study: ask, measure, tell, until the budget is spent or the space is exhausted. An oracle that throws makes a
 * failed trial and the study goes on.
 *
 * @throws InterruptedError when the signal aborts (everything told is stored, the rest stays pending), and what
 *   `createStudy` throws.
 */
export async function runStudy(options: RunStudyOptions): Promise<StudyResult> {
  const { budget, workers, oracle, inOrder, attempts = MOST_ATTEMPTS, signal } = options;
  const { onProgress, onStart, onTrial, onImprovement } = options;
  checkBudget(budget, workers ?? 1);
  const executor = options.executor ?? createInlineExecutor(oracle, workers);
  const study = await createStudy({ ...options, isIsolated: executor.isIsolated });
  const flight = createFlight({
    ...{ executor, seed: options.seed, attempts, inOrder: inOrder !== undefined },
    raceOf: study.raceOf,
    again: study.again,
  });
  const atOnce = () => workers ?? executor.slots();
  const started = performance.now();
  let replayed = 0;
  let outcome: { readonly kind: 'stopped' | 'interrupted'; readonly detail: string } | undefined;
  const breath = createBreather();
  const { objectives } = study.definition;
  const progress = createProgressText(study);
  const endShow = showFleet(executor, study);
  try {
    for (const trial of study.lost) onTrial?.(trial, study);
    for (;;) {
      if (signal?.aborted === true) throw new InterruptedError();
      if (breath.isDue()) await breath.take();
      const spent = (performance.now() - started) / 1000 + replayed / atOnce();
      const stopped = stopReason(study, budget, objectives, spent);
      if (stopped === undefined) {
        const left = (budget.trials ?? Infinity) - study.measuredCount - flight.size;
        for (const trial of askOneByOne(study, Math.min(atOnce() - flight.measuring, left), inOrder)) {
          onStart?.(trial, study);
          flight.launch(trial);
        }
      }
      // In order, how many are being measured depends on the number of workers: they are for the next run.
      if (flight.size === 0 || (inOrder !== undefined && stopped !== undefined)) {
        outcome = { kind: 'stopped', detail: stopped ?? 'exhausted' };
        const found = { trials: study.trials, front: study.front(), late: flight.late };
        return { ...found, stopped: stopped ?? 'exhausted' };
      }
      const landed = await raceAborted(flight.next(), signal);
      if (landed === undefined) continue;
      const finished = study.tell(landed.number, landed.result, landed.seconds);
      landed.acknowledge?.();
      replayed += landed.replayed;
      onTrial?.(finished, study);
      if (finished.improvement > 0) onImprovement?.(finished, study);
      progress.add(finished);
      onProgress?.(study.measuredCount, budget.trials ?? study.measuredCount, progress.text());
    }
  } catch (error) {
    if (error instanceof InterruptedError) outcome = { kind: 'interrupted', detail: `${study.trials.length} trials` };
    throw error;
  } finally {
    endShow();
    flight.end();
    if (options.executor === undefined) await executor.close(true);
    close(study, outcome);
  }
}

/** The longest the loop runs without letting timers and signals in. */
const BREATH_MS = 50;

function checkBudget(budget: Budget, workers: number): void {
  const limits = Object.entries(budget).filter(([, limit]) => limit !== undefined);
  if (limits.length === 0)
    throw new UsageError('a study needs a budget', {
      remedy: 'give trials, seconds, target or stall (on the command line --trials, --seconds, --target, --stall)',
    });
  const wrong = limits.find(([, limit]) => typeof limit !== 'number' || Number.isNaN(limit));
  if (wrong !== undefined)
    throw new UsageError(`the budget of ${wrong[0]} is ${String(wrong[1])}, which is no number`, {
      remedy: 'give a number, or leave it out',
    });
  if (!Number.isInteger(workers) || workers < 1)
    throw new UsageError(`${workers} workers cannot measure`, { remedy: 'give a whole number from 1' });
}

/** One at a time, so that what a technique is asked does not depend on how much of the budget is left. */
function* askOneByOne(study: Study, room: number, inOrder: number | undefined): Generator<OpenTrial> {
  const proposed = inOrder === undefined ? Infinity : study.propose(inOrder);
  for (let i = 0; i < Math.min(room, proposed); i++) {
    const [trial] = study.ask();
    if (trial === undefined) return;
    yield trial;
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
function createBreather() {
  let last = performance.now();
  return {
    isDue: () => performance.now() - last >= BREATH_MS,
    take: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      last = performance.now();
    },
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
