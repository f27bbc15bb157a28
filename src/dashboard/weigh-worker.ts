import { parentPort, workerData } from 'node:worker_threads';
import { importances } from '../analysis/importance.js';
import { readStudies } from '../store/sqlite.js';
import type { Weighing } from './weigh.js';

// Answers one question and ends.
const { path, name, method } = workerData as Weighing;
using reader = readStudies(path);
const study = reader.read(name);
parentPort?.postMessage(study === undefined ? [] : importances(study, method));
