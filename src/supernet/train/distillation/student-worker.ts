import { parentPort, workerData } from 'node:worker_threads';
import { createEncoder } from '../../model/description.js';
import { loadBackend } from '../../run-tfjs/backend.js';
import type { StudentWorkerData } from './student-executor.js';
import { createStudentGradient, type StudentJob } from './student-gradient.js';

// One backend a thread: takes [index, job] pairs, leaves gradients in the shared arrays, answers with losses.
const { backend, description, weights, flat, gradients } = workerData as StudentWorkerData;
const { tf } = await loadBackend(backend);
const student = createStudentGradient(tf, createEncoder(description), weights, flat);

parentPort?.on('message', (jobs: readonly [number, StudentJob][]) => {
  parentPort?.postMessage(jobs.map(([i, job]) => [i, student.run(job, gradients[i] as Float32Array)]));
});
