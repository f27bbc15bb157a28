import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { builtModule } from '../base/package-root.js';
import type { ComparisonProblem, ComparisonRow } from '../compare/comparison.js';
import { studyName } from '../compare/run-comparison-study.js';
import { type Job, type JobFailure, runJobs } from '../compare/run-jobs.js';
import { runOnExecutor } from '../compare/run-on-executor.js';
import type { Executor } from '../core/executor.js';
import type { CompareWorkerData } from './compare-worker.js';
import { interruptible } from './interruptible.js';
import { describeFleet, lateResults, openExecutor } from './open-executor.js';
import { openProblem, type ProblemOptions } from './open-problem.js';
import { note, withProgress } from './terminal.js';

export interface Run {
  readonly jobs: readonly Job[];
  readonly problem: ComparisonProblem;
  readonly problemOptions: ProblemOptions;
  readonly database: string;
}

export interface RunningOptions {
  readonly trials: number;
  readonly workers?: number;
  readonly executor?: string;
  readonly name: string;
  readonly attempts: number;
}

type Ran = { readonly rows: ComparisonRow[]; readonly failures: readonly JobFailure[] };

/** Makes what is missing of a comparison's runs: in threads of this process, or where `--executor` says. */
export const runComparison = (run: Run, options: RunningOptions): Promise<Ran> =>
  options.executor === undefined ? runInThreads(run, options) : runElsewhere(run, options);

function runInThreads(
  { jobs, problem, problemOptions, database }: Run,
  { workers, trials }: RunningOptions,
): Promise<Ran> {
  const startWorker = (stop: Int32Array) =>
    new Worker(workerUrl, {
      // The built worker needs no flags of this process (under test they would lead it back to the TypeScript sources).
      execArgv: [],
      workerData: { options: problemOptions, problem, database, stop } satisfies CompareWorkerData,
    });
  return interruptible((signal) =>
    withProgress('compare', (onProgress) =>
      runJobs({ jobs, workers: workers ?? availableParallelism(), trials, startWorker, signal, onProgress }),
    ),
  );
}

async function runElsewhere(
  { jobs, problem, problemOptions, database }: Run,
  { executor: spec = '', name, attempts, workers, trials }: RunningOptions,
): Promise<Ran> {
  const opened = await openProblem(problemOptions);
  let executor: Executor | undefined;
  let isFinished = false;
  try {
    const { objectives } = problem;
    const constraints = [...(opened.measured.definition.constraints ?? []), ...(problemOptions.constraints ?? [])];
    const studies = jobs.map(({ technique, seed }) => studyName(technique, seed));
    const comparison = { objectives, constraints, trials, studies };
    const measuring = await openExecutor(spec, opened, problemOptions, { study: name, workers, comparison });
    executor = measuring;
    const { late, ...ran } = await interruptible((signal) =>
      withProgress('compare', (onProgress) =>
        runOnExecutor({
          ...{ ...opened, executor: measuring, jobs, problem, database, attempts, signal },
          onProgress: (done, total, text = '') => onProgress(done, total, `${text}${describeFleet(measuring)}`),
        }),
      ),
    );
    isFinished = true;
    if (late > 0) note(lateResults(late));
    return ran;
  } finally {
    await executor?.close(isFinished);
    await opened.oracle.close?.();
  }
}

const workerUrl = builtModule('cli/compare-worker.js');
