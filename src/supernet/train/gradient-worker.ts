import { parentPort, workerData } from 'node:worker_threads';
import { createEncoder } from '../model/description.js';
import { loadBackend } from '../run-tfjs/backend.js';
import type { WorkerData } from './executor.js';
import { createImageGradient, type GradientJob } from './image-gradient.js';

// One backend a thread: takes [image, job] pairs, leaves gradients in the shared arrays, answers with losses.
const { backend, description, inputSize, weights, flat, gradients, loss } = workerData as WorkerData;
const { tf } = await loadBackend(backend);
const image = createImageGradient(tf, createEncoder(description, inputSize), weights, flat, loss);

parentPort?.on('message', (jobs: readonly [number, GradientJob][]) => {
  parentPort?.postMessage(jobs.map(([i, job]) => [i, image.run(job, gradients[i] as Float32Array)]));
});
