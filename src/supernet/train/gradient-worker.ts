import { parentPort, workerData } from 'node:worker_threads';
import { loadBackend } from '../run-tfjs/backend.js';
import { createGradient, type WorkerData } from './executor.js';

// One backend a thread: takes [index, job] pairs, leaves gradients in the shared arrays, answers with losses.
const { kind, backend, gradients, ...options } = workerData as WorkerData;
const { tf } = await loadBackend(backend);
const gradient = createGradient(kind, tf, options);

type Job = Parameters<typeof gradient.run>[0];
parentPort?.on('message', (jobs: readonly [number, Job][]) => {
  parentPort?.postMessage(jobs.map(([i, job]) => [i, gradient.run(job, gradients[i] as Float32Array)]));
});
