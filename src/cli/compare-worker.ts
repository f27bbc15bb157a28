import { parentPort, workerData } from 'node:worker_threads';
import { describeEnvironment } from '../base/environment.js';
import { type PortableError, toPortable } from '../base/portable-error.js';
import { type RunProblem, runComparisonStudy } from '../compare/run-comparison-study.js';
import type { Job, WorkerMessage } from '../compare/run-jobs.js';
import { createTechnique } from '../plugins/create-technique.js';
import { loadTechniques } from '../plugins/load-techniques.js';
import { openSqliteStore } from '../store/sqlite.js';
import { openProblem, type ProblemOptions } from './open-problem.js';

/** What a worker of `supersam compare` is started with. */
export interface CompareWorkerData {
  readonly options: ProblemOptions;
  readonly problem: RunProblem;
  readonly database: string;
  /** Shared; 1 ends the running study after its trial. */
  readonly stop: Int32Array;
}

// One thread, one study at a time: takes a job, runs its study into the database, answers with the row.
const { options, problem, database, stop } = workerData as CompareWorkerData;
const registry = await loadTechniques();
const { space, oracle, constraints } = await openProblem(options);
const store = openSqliteStore(database);
const environment = describeEnvironment();
const answer = (message: WorkerMessage) => parentPort?.postMessage(message);

parentPort?.on('message', async ({ technique, seed }: Job) => {
  try {
    const row = await runComparisonStudy({
      ...{ space, oracle, constraints, problem, seed, store, environment },
      technique: createTechnique(technique, registry),
      techniqueSpec: technique,
      shouldStop: () => Atomics.load(stop, 0) === 1,
      onTrial: () => answer({ kind: 'trial' }),
    });
    answer({ kind: 'row', row });
  } catch (error) {
    answer({ kind: 'error', error: portable(error) });
  }
});

function portable(error: unknown): PortableError {
  const { remedy, ...rest } = toPortable(error);
  const isAbout = rest.code === 'STUDY_CHANGED' || rest.code === 'STUDY_BUSY';
  return { ...rest, remedy: isAbout ? 'put it back or wait, or give another --out' : remedy };
}
