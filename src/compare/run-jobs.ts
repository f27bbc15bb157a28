import type { Worker } from 'node:worker_threads';
import { fromPortable, type PortableError } from '../base/portable-error.js';
import type { LongRunning } from '../base/progress.js';
import { InterruptedError } from '../errors.js';
import type { ComparisonRow } from './comparison.js';

/** One study to run. */
export interface Job {
  readonly technique: string;
  readonly seed: number;
}

/** What a worker says of the job it has; every job ends with a row or an error. */
export type WorkerMessage =
  | { readonly kind: 'trial' }
  | { readonly kind: 'row'; readonly row: ComparisonRow }
  | { readonly kind: 'error'; readonly error: PortableError };

export interface RunJobsOptions extends LongRunning {
  readonly jobs: readonly Job[];
  readonly workers: number;
  /** Trials of a job, for the progress. */
  readonly trials: number;
  /** Starts a worker that takes a `Job`, answers with `WorkerMessage`s and ends its job early once `stop[0]` is 1. */
  readonly startWorker: (stop: Int32Array) => Worker;
}

export interface JobFailure extends Job {
  readonly message: string;
}

/**
 * Runs jobs on worker threads, one at a time each. A mistake of the user's ends everything with its error; a job that
 * fails otherwise (a technique that throws) is reported in `failures` and the others go on.
 *
 * @throws InterruptedError when the signal aborts, after every worker has closed its study.
 */
export async function runJobs(
  options: RunJobsOptions,
): Promise<{ readonly rows: ComparisonRow[]; readonly failures: JobFailure[] }> {
  const { jobs, trials, signal, onProgress } = options;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const halt = () => Atomics.store(stop, 0, 1);
  const waiting = [...jobs];
  const rows: ComparisonRow[] = [];
  const failures: JobFailure[] = [];
  let done = 0;
  if (signal?.aborted === true) throw new InterruptedError();
  signal?.addEventListener('abort', halt, { once: true });

  const serve = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const worker = options.startWorker(stop);
    try {
      for (let job = waiting.shift(); job !== undefined && stop[0] === 0; job = waiting.shift()) {
        let told = 0;
        const label = `${job.technique} seed ${job.seed}`;
        const count = (more: number) => {
          told += more;
          done += more;
          onProgress?.(done, jobs.length * trials, label);
        };
        const answer = await work(worker, job, () => count(1));
        // A finished job counts in full: it may have been measured earlier, or its space may be exhausted.
        count(trials - told);
        if (answer.kind === 'row') rows.push(answer.row);
        else if (answer.error.code === null) failures.push({ ...job, message: answer.error.message });
        else throw fromPortable(answer.error);
      }
    } catch (error) {
      halt();
      throw error;
    } finally {
      await worker.terminate();
    }
  };

  const served = await Promise.allSettled(Array.from({ length: Math.min(options.workers, jobs.length) }, serve));
  signal?.removeEventListener('abort', halt);
  if (stop[0] === 1 && signal?.aborted) throw new InterruptedError();
  const failed = served
    .flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    .sort((a, b) => Number(a instanceof InterruptedError) - Number(b instanceof InterruptedError));
  if (failed.length > 0) throw failed[0];
  return { rows, failures };
}

/** The last message of a job: its row or its error. */
function work(
  worker: Worker,
  job: Job,
  onTrial: () => void,
): Promise<Extract<WorkerMessage, { readonly kind: 'row' | 'error' }>> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      finish();
    };
    const onMessage = (message: WorkerMessage) => {
      if (message.kind === 'trial') onTrial();
      else settle(() => resolve(message));
    };
    const onError = (error: unknown) => settle(() => reject(error));
    const onExit = (code: number) => onError(new Error(`a comparison worker ended with code ${code}`));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(job);
  });
}
