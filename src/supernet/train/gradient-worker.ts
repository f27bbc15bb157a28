import { parentPort, workerData } from 'node:worker_threads';
import { loadTrainingBackend } from './backend.js';
import { createGradient, type WorkerData } from './executor.js';

// One backend a thread: takes [index, job] pairs, leaves gradients in the shared arrays, answers with losses.
const { kind, backend, gradients, ...options } = workerData as WorkerData;
const gradient = createGradient(kind, await loadTrainingBackend(backend), options);

type Job = Parameters<typeof gradient.run>[0];
parentPort?.on('message', async (jobs: readonly [number, Job][]) => {
  const answers: [number, unknown][] = [];
  for (const [i, job] of jobs) answers.push([i, await gradient.run(job, gradients[i] as Float32Array)]);
  parentPort?.postMessage(answers);
});
