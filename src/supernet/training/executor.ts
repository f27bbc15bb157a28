import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BackendError } from '../../errors.js';
import type { NetworkDescription } from '../description.js';
import { createEncoder } from '../description.js';
import type { Weights } from '../network.js';
import type { Backend, BackendName } from '../tfjs/backend.js';
import { type FlatParameters, sharedFloats } from './flat-parameters.js';
import { createImageGradient, type GradientJob, type LossOptions } from './image-gradient.js';

/** Computes the gradients of a batch. Image i goes into its own array, so the order of the sums never depends on timing. */
export interface Executor {
  /** Losses `[image][subnet]` of at most `batch` images; the gradients stand in `gradients` afterwards. */
  run(jobs: readonly GradientJob[]): Promise<number[][]>;
  readonly gradients: readonly [Float32Array, ...Float32Array[]];
  close(): Promise<void>;
}

export interface ExecutorOptions {
  readonly description: NetworkDescription;
  readonly inputSize: number;
  readonly weights: Weights;
  readonly flat: FlatParameters;
  readonly batch: number;
  /** Default: Dice + 20 focal and the IoU head, no distillation. */
  readonly loss?: LossOptions;
}

/** What a worker is started with; everything in it is plain or shared. */
export interface WorkerData extends ExecutorOptions {
  readonly backend: BackendName;
  readonly gradients: readonly Float32Array[];
}

/**
 * On the CPU one worker an image, up to the number of cores: wasm has one thread a worker, and the operations of a small
 * network are too short for native TensorFlow to spread over cores. A GPU is fed from this thread.
 */
export function createExecutor(backend: Backend, options: ExecutorOptions, workers = availableParallelism()): Executor {
  const array = () => sharedFloats(options.flat.values.length);
  const gradients: Executor['gradients'] = [array(), ...Array.from({ length: options.batch - 1 }, array)];
  return backend.device === 'gpu'
    ? inProcess(backend, options, gradients)
    : inWorkers(backend.name, options, gradients, Math.min(workers, options.batch));
}

function inProcess(
  { tf }: Backend,
  { description, inputSize, weights, flat, loss }: ExecutorOptions,
  gradients: Executor['gradients'],
): Executor {
  const image = createImageGradient(tf, createEncoder(description, inputSize), weights, flat, loss);
  return {
    gradients,
    run: async (jobs) => jobs.map((job, i) => image.run(job, gradients[i] as Float32Array)),
    close: async () => {},
  };
}

/** The built worker, also when this module runs from its TypeScript source under test. */
const workerUrl = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/src/supernet/training/gradient-worker.js', import.meta.url)
  : new URL('./gradient-worker.js', import.meta.url);

function inWorkers(
  backend: BackendName,
  options: ExecutorOptions,
  gradients: Executor['gradients'],
  count: number,
): Executor {
  const workerData: WorkerData = { ...options, backend, gradients };
  const workers = Array.from({ length: count }, () => new Worker(workerUrl, { workerData }));
  const ask = (worker: Worker, jobs: readonly [number, GradientJob][]) =>
    new Promise<[number, number[]][]>((resolve, reject) => {
      const settle = (finish: () => void) => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        finish();
      };
      const onMessage = (message: [number, number[]][]) => settle(() => resolve(message));
      const onError = (cause: unknown) =>
        settle(() =>
          reject(
            new BackendError(
              'BACKEND_WORKER',
              `a training worker failed: ${cause instanceof Error ? cause.message : String(cause)}`,
              {
                remedy: 'lower --batch or --input-size if memory ran out',
                cause,
              },
            ),
          ),
        );
      const onExit = (code: number) => onError(new Error(`it ended with code ${code}`));
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(jobs);
    });
  return {
    gradients,
    run: async (jobs) => {
      const shares = workers.map((_, w) =>
        jobs.map((job, i) => [i, job] as [number, GradientJob]).filter(([i]) => i % count === w),
      );
      const answers = await Promise.all(workers.map((worker, w) => ask(worker, shares[w] ?? [])));
      const losses = new Map(answers.flat());
      return jobs.map((_, i) => losses.get(i) ?? []);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
