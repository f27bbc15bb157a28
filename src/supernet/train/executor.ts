import '../../base/no-telemetry.js';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { builtModule } from '../../base/package-root.js';
import { BackendError } from '../../errors.js';
import { createEncoder, type NetworkDescription } from '../model/description.js';
import type { Weights } from '../model/network.js';
import type { TrainingBackend, TrainingBackendName } from './backend.js';
import { createOnnxStudentGradient } from './distillation/onnx-student-gradient.js';
import { createStudentGradient, type StudentJob, type StudentLosses } from './distillation/student-gradient.js';
import { type FlatParameters, sharedFloats } from './flat-parameters.js';
import { createImageGradient, type GradientJob, type LossOptions } from './image-gradient.js';
import { createOnnxImageGradient } from './onnx-image-gradient.js';

/** What gradients are computed of: an image through the subnets of a sandwich, or images through a student. */
interface Jobs {
  readonly subnets: GradientJob;
  readonly student: StudentJob;
}
interface Losses {
  /** One a subnet. */
  readonly subnets: number[];
  readonly student: StudentLosses;
}
export type GradientKind = keyof Jobs;

/** Computes the gradient of a job into a flat array and returns its losses. */
interface Gradient<K extends GradientKind> {
  run(job: Jobs[K], gradient: Float32Array): Losses[K] | Promise<Losses[K]>;
}

export interface ExecutorOptions {
  readonly description: NetworkDescription;
  readonly inputSize: number;
  readonly weights: Weights;
  readonly flat: FlatParameters;
  /** Jobs a call at most. */
  readonly jobs: number;
  /** Of subnets. Default: Dice + 20 focal and the IoU head, no distillation. */
  readonly loss?: LossOptions;
}

const kinds: { readonly [K in GradientKind]: (backend: TrainingBackend, options: ExecutorOptions) => Gradient<K> } = {
  subnets: (backend, { description, inputSize, weights, flat, loss }) => {
    const encoder = createEncoder(description, inputSize);
    return backend.name === 'onnx'
      ? createOnnxImageGradient(encoder, weights, flat, loss)
      : createImageGradient(backend.tf, encoder, weights, flat, loss);
  },
  student: (backend, { description, inputSize, weights, flat }) => {
    const encoder = createEncoder(description, inputSize);
    return backend.name === 'onnx'
      ? createOnnxStudentGradient(encoder, weights, flat)
      : createStudentGradient(backend.tf, encoder, weights, flat);
  },
};

export const createGradient = <K extends GradientKind>(
  kind: K,
  backend: TrainingBackend,
  options: ExecutorOptions,
): Gradient<K> => kinds[kind](backend, options);

/** Computes the gradients of the jobs of a step. Job i goes into its own array, so the order of the sums never depends on timing. */
export interface Executor<K extends GradientKind> {
  /** Losses in the order of the jobs; the gradients stand in `gradients` afterwards. Throws `BackendError` when a worker ends. */
  run(jobs: readonly Jobs[K][]): Promise<Losses[K][]>;
  readonly gradients: readonly [Float32Array, ...Float32Array[]];
  close(): Promise<void>;
}

/** What a worker is started with; everything in it is plain or shared. */
export interface WorkerData extends ExecutorOptions {
  readonly kind: GradientKind;
  readonly backend: TrainingBackendName;
  readonly gradients: readonly Float32Array[];
}

/**
 * On the CPU one worker a job, up to the number of cores: ONNX Runtime and wasm have one thread a worker, and the operations of a small
 * network are too short for native TensorFlow to spread over cores. A GPU is fed from this thread.
 */
export function createExecutor<K extends GradientKind>(
  kind: K,
  backend: TrainingBackend,
  options: ExecutorOptions,
  workers = availableParallelism(),
): Executor<K> {
  const array = () => sharedFloats(options.flat.values.length);
  const gradients: Executor<K>['gradients'] = [array(), ...Array.from({ length: options.jobs - 1 }, array)];
  if (backend.device === 'gpu') {
    const gradient = createGradient(kind, backend, options);
    return {
      gradients,
      run: (jobs) => Promise.all(jobs.map((job, i) => gradient.run(job, gradients[i] as Float32Array))),
      close: async () => {},
    };
  }
  const workerData: WorkerData = { ...options, kind, backend: backend.name, gradients };
  return { gradients, ...createPool<Jobs[K], Losses[K]>(workerData, Math.min(workers, options.jobs)) };
}

/** Threads with a backend each, which share the jobs of a call; answers come in the order of the jobs. */
function createPool<Job, Answer>(workerData: WorkerData, count: number) {
  const module = builtModule('supernet/train/gradient-worker.js');
  const workers = Array.from({ length: count }, () => new Worker(module, { workerData }));
  return {
    run: async (jobs: readonly Job[]): Promise<Answer[]> => {
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

/** A worker takes `[index, job]` pairs and answers with as many `[index, answer]` pairs. */
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
