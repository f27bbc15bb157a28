import { Worker } from 'node:worker_threads';
import { builtModule } from '../../base/package-root.js';
import { BackendError } from '../../errors.js';

/** Threads with a backend each, which share the jobs of a call. */
export interface WorkerPool<Job, Answer> {
  /** Answers in the order of the jobs. Throws `BackendError` when a worker ends. */
  run(jobs: readonly Job[]): Promise<Answer[]>;
  close(): Promise<void>;
}

/**
 * The worker module takes messages of `[index, job]` pairs and answers each with as many `[index, answer]` pairs.
 * @param module its path inside `src/supernet`, e.g. `train/gradient-worker.js`
 * @param workerData what every worker is started with
 */
export function createWorkerPool<Job, Answer>(
  module: string,
  workerData: object,
  count: number,
): WorkerPool<Job, Answer> {
  const workers = Array.from({ length: count }, () => new Worker(builtModule(`supernet/${module}`), { workerData }));
  return {
    run: async (jobs) => {
      const shares = workers.map((_, w) =>
        jobs.map((job, i) => [i, job] as [number, Job]).filter(([i]) => i % count === w),
      );
      const answers = await Promise.all(workers.map((worker, w) => ask<Job, Answer>(worker, shares[w] ?? [])));
      const byIndex = new Map(answers.flat());
      return jobs.map((_, i) => byIndex.get(i) as Answer);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function ask<Job, Answer>(worker: Worker, jobs: readonly [number, Job][]): Promise<[number, Answer][]> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      finish();
    };
    const onMessage = (message: [number, Answer][]) => settle(() => resolve(message));
    const onError = (cause: unknown) =>
      settle(() =>
        reject(
          new BackendError(
            'BACKEND_WORKER',
            `a training worker failed: ${cause instanceof Error ? cause.message : String(cause)}`,
            { remedy: 'lower --batch or --input-size if memory ran out', cause },
          ),
        ),
      );
    const onExit = (code: number) => onError(new Error(`it ended with code ${code}`));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(jobs);
  });
}
