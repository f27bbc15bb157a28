import { availableParallelism } from 'node:os';
import { createEncoder, type NetworkDescription } from '../../model/description.js';
import type { Weights } from '../../model/network.js';
import type { Backend, BackendName } from '../../run-tfjs/backend.js';
import { type FlatParameters, sharedFloats } from '../flat-parameters.js';
import { createWorkerPool } from '../worker-pool.js';
import { createStudentGradient, type StudentJob, type StudentLosses } from './student-gradient.js';

/** Computes the gradients of the jobs of a step. Each has an array of its own, so the order of the sums never depends on timing. */
export interface StudentExecutor {
  run(jobs: readonly StudentJob[]): Promise<StudentLosses[]>;
  readonly gradients: readonly [Float32Array, ...Float32Array[]];
  close(): Promise<void>;
}

export interface StudentExecutorOptions {
  readonly description: NetworkDescription;
  readonly weights: Weights;
  readonly flat: FlatParameters;
  /** Jobs a step. */
  readonly jobs: number;
}

/** What a worker is started with; everything in it is plain or shared. */
export interface StudentWorkerData extends StudentExecutorOptions {
  readonly backend: BackendName;
  readonly gradients: readonly Float32Array[];
}

/** One worker a job on the CPU, up to the number of cores; a GPU is fed from this thread. */
export function createStudentExecutor(
  { tf, name, device }: Backend,
  options: StudentExecutorOptions,
  workers = availableParallelism(),
): StudentExecutor {
  const { description, weights, flat, jobs } = options;
  const array = () => sharedFloats(flat.values.length);
  const gradients: StudentExecutor['gradients'] = [array(), ...Array.from({ length: jobs - 1 }, array)];
  if (device === 'gpu') {
    const student = createStudentGradient(tf, createEncoder(description), weights, flat);
    return {
      gradients,
      run: async (given) => given.map((job, i) => student.run(job, gradients[i] as Float32Array)),
      close: async () => {},
    };
  }
  const workerData: StudentWorkerData = { ...options, backend: name, gradients };
  const module = 'train/distillation/student-worker.js';
  const pool = createWorkerPool<StudentJob, StudentLosses>(module, workerData, Math.min(workers, jobs));
  return { gradients, run: pool.run, close: pool.close };
}
