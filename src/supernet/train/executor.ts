import { availableParallelism } from 'node:os';
import type { NetworkDescription } from '../model/description.js';
import { createEncoder } from '../model/description.js';
import type { Weights } from '../model/network.js';
import type { Backend, BackendName } from '../run-tfjs/backend.js';
import { type FlatParameters, sharedFloats } from './flat-parameters.js';
import { createImageGradient, type GradientJob, type LossOptions } from './image-gradient.js';
import { createWorkerPool } from './worker-pool.js';

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

function inWorkers(
  backend: BackendName,
  options: ExecutorOptions,
  gradients: Executor['gradients'],
  count: number,
): Executor {
  const workerData: WorkerData = { ...options, backend, gradients };
  const pool = createWorkerPool<GradientJob, number[]>('train/gradient-worker.js', workerData, count);
  return { gradients, run: pool.run, close: pool.close };
}
