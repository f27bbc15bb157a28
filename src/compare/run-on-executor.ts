import type { LongRunning } from '../base/progress.js';
import { raceAborted } from '../base/race-aborted.js';
import type { Executor } from '../core/executor.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import type { StudyHistory } from '../core/store.js';
import type { OpenTrial } from '../core/trial.js';
import { InterruptedError, StudyError } from '../errors.js';
import { readHistory } from '../store/history.js';
import { packStudy, receiveStudy } from '../store/parcel.js';
import { checkDefinition, defineStudy } from '../study/definition.js';
import { createFlight } from '../study/flight.js';
import type { ComparisonRow } from './comparison.js';
import type { RunDone, RunOrder } from './measure-run.js';
import type { MeteredState } from './meter-technique.js';
import { keptByComparison, meterOf, type RunProblem, rowOf, studyName } from './run-comparison-study.js';
import type { Job, JobFailure } from './run-jobs.js';

const RUN_AGAIN = 'run the same command again: what came back is kept, and this run is begun anew';

export interface RunOnExecutorOptions extends LongRunning {
  readonly executor: Executor;
  /** In the order of the card's studies. */
  readonly jobs: readonly Job[];
  readonly problem: RunProblem;
  readonly space: SearchSpace;
  readonly oracle: Oracle;
  /** Over measured metrics. */
  readonly constraints: readonly string[];
  /** Holds what was measured before, and gets what comes. */
  readonly database: string;
  /** How often a run is begun that is lost with its worker. */
  readonly attempts: number;
}

/**
 * Runs the studies of a comparison where an executor measures, one a job. A study that comes back is stored at once; one
 * that is stored already goes on where it is, and a whole one is not run again.
 *
 * @returns rows, and the runs that failed or were lost again and again.
 * @throws StudyError STUDY_CHANGED when the database holds runs of another problem, InterruptedError when the signal
 *   aborts, and what the executor throws.
 */
export async function runOnExecutor(
  options: RunOnExecutorOptions,
): Promise<{ readonly rows: ComparisonRow[]; readonly failures: JobFailure[]; readonly late: number }> {
  const { executor, jobs, problem, database, attempts, signal, onProgress } = options;
  const rows: ComparisonRow[] = [];
  const failures: JobFailure[] = [];
  const waiting: OpenTrial[] = [];
  for (const [number, job] of jobs.entries()) {
    const history = await readStored(options, job);
    if (history !== undefined && history.finished.length >= problem.trials) rows.push(sumUp(problem, job, history));
    else waiting.push({ number, technique: job.technique, configuration: { ...job, begun: history !== undefined } });
  }
  const flight = createFlight({ executor, seed: 0, attempts, inOrder: false, again: () => {} });
  const progress = (label: string) => onProgress?.(rows.length + failures.length, jobs.length, label);
  try {
    progress('');
    while (waiting.length > 0 || flight.size > 0) {
      if (signal?.aborted === true) throw new InterruptedError();
      const room = Math.max(0, executor.slots() - flight.measuring);
      for (const trial of waiting.splice(0, room)) flight.launch(withStudy(trial, jobs[trial.number] as Job, database));
      const landed = await raceAborted(flight.next(), signal);
      if (landed === undefined) continue;
      const job = jobs[landed.number] as Job;
      const { study, message } = landed.result as Partial<RunDone> & { readonly message?: unknown };
      try {
        if (typeof study !== 'string')
          throw new StudyError('STUDY_PARCEL', String(message ?? 'nothing came back'), { remedy: RUN_AGAIN });
        const now = await definitionOf(options, job);
        const history = receiveStudy(study, { path: database, name: now.name }, (sent) => checkDefinition(sent, now));
        rows.push(sumUp(problem, job, history));
      } catch (error) {
        if (!(error instanceof StudyError) || !OF_A_RUN.has(error.code)) throw error;
        failures.push({ ...job, message: error.message });
      }
      landed.acknowledge?.();
      progress(studyName(job.technique, job.seed));
    }
    return { rows, failures, late: flight.late };
  } finally {
    flight.end();
  }
}

/** What is wrong with one run; what the disk refuses it refuses for all. */
const OF_A_RUN: ReadonlySet<string> = new Set(['STUDY_PARCEL', 'STUDY_CHANGED', 'STUDY_GENERATION']);

/** A run as the database has it. @throws StudyError STUDY_CHANGED when it is one of another problem. */
async function readStored(options: RunOnExecutorOptions, job: Job): Promise<StudyHistory | undefined> {
  const history = readHistory(options.database, studyName(job.technique, job.seed));
  if (history === undefined) return undefined;
  try {
    checkDefinition(history.definition, await definitionOf(options, job));
  } catch (error) {
    if (!(error instanceof StudyError)) throw error;
    throw new StudyError(error.code, error.message, { remedy: 'put it back, or give another --out' });
  }
  return history;
}

const definitionOf = ({ space, oracle, constraints, problem }: RunOnExecutorOptions, { technique, seed }: Job) =>
  defineStudy({
    ...{ name: studyName(technique, seed), space, techniqueSpec: technique, seed, constraints },
    ...{ oracle: keptByComparison(oracle), objectives: problem.objectives },
  });

function withStudy(trial: OpenTrial, { technique, seed }: Job, database: string): OpenTrial {
  const isBegun = trial.configuration['begun'] === true;
  const study = isBegun ? packStudy(database, studyName(technique, seed)) : '';
  return { ...trial, configuration: { technique, seed, study } satisfies RunOrder };
}

const sumUp = (problem: RunProblem, { technique, seed }: Job, { finished, snapshot }: StudyHistory): ComparisonRow =>
  rowOf({
    ...{ techniqueSpec: technique, seed, problem, trials: finished },
    meter: meterOf(snapshot?.state as MeteredState | undefined),
  });
