import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { hashFile } from '../base/files.js';
import { builtModule } from '../base/package-root.js';
import type { MeasureContext, Measurement, Metrics, Oracle, Parts } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import { PluginError } from '../errors.js';
import { hashDependencies } from './dependencies.js';
import { measureInParts } from './measure-in-parts.js';
import type { ModuleReply, ModuleRequest, ModuleWorkerData } from './module-worker.js';

export interface ModuleOracleOptions {
  /** `default` when not given. */
  readonly exportName?: string;
  /** Metrics that the study reads: taken as measured when the module does not export their names as `metrics`. */
  readonly metrics: readonly string[];
  /** Threads started at once (1); more start when more calls are made. Starting one takes a moment of its first call. */
  readonly threads?: number;
  /** Heap of each thread. Buffers and typed arrays lie outside of it and are not bounded. */
  readonly memoryMegabytes?: number;
  /** Files besides the module itself, on whose contents the numbers depend: what it imports or reads. */
  readonly depends?: readonly string[];
}

/**
 * Measures by a function of a JavaScript module (or TypeScript where Node runs it): it gets
 * `{ configuration, seed, signal, trial }`, returns an object of metrics or `{ state: 'infeasible' }`, and throws for a
 * failure, whose `kind` says of what sort. As many threads run it as calls are made at once, each with its own copy of
 * the module, so that calls that compute run side by side and one that hangs or exits can be ended. One that exports
 * `parts`, `{ count | weights, ranges }`, is called for one part at a time, named by `part`; what counts is the mean.
 *
 * @throws PluginError PLUGIN_LOAD when the module cannot be loaded or lacks the function; UsageError for a file of
 *   `depends` that cannot be read.
 */
export async function createModuleOracle(file: string, options: ModuleOracleOptions): Promise<Oracle> {
  const path = resolve(file);
  const { exportName = 'default', metrics, threads = 1, memoryMegabytes, depends = [] } = options;
  await hashDependencies(depends);
  const start = () => startModuleThread({ file: path, exportName, required: metrics }, memoryMegabytes);
  const first = await start();
  const idle = [first, ...(await Promise.all(Array.from({ length: threads - 1 }, start)))];
  const busy = new Set<ModuleThread>();
  const measure = async (configuration: Configuration, context: MeasureContext, part?: number) => {
    const thread = idle.pop() ?? (await start());
    busy.add(thread);
    try {
      return await thread.measure(configuration, context, part);
    } finally {
      busy.delete(thread);
      // Another takes the place of one that was ended, so that its start is not part of a later measurement.
      const next = thread.isAlive() ? thread : await start().catch(() => undefined);
      if (next !== undefined) idle.push(next);
    }
  };
  const { parts } = first;
  return {
    name: 'module',
    metrics: first.metrics ?? metrics,
    ...(parts === null ? { measure } : { parts, measure: byParts(parts, measure) }),
    fingerprint: async () => ({
      module: await hashFile(path),
      export: exportName,
      ...(await hashDependencies(depends)),
    }),
    close: async () => {
      await Promise.all([...idle, ...busy].map((thread) => thread.close()));
    },
  };
}

/** Measures part by part; the first that has no metrics is what is to be said of the configuration. */
function byParts(
  parts: Parts,
  measure: (configuration: Configuration, context: MeasureContext, part: number) => Promise<Measurement>,
): Oracle['measure'] {
  const order = parts.weights.map((_, part) => part);
  return async (configuration, context) => {
    const { signal, race = { order, objectives: [], rivals: [], risk: 0 } } = context;
    let other: Measurement | undefined;
    const measurePart = async (part: number): Promise<Metrics> => {
      const found = await measure(configuration, context, part);
      if (found.state === 'complete') return found.metrics;
      other = found;
      throw new Error(found.state);
    };
    try {
      const found = await measureInParts(parts, { race, signal }, measurePart);
      if (context.race !== undefined || found.state !== 'complete') return found;
      return { state: found.state, metrics: found.metrics };
    } catch (error) {
      if (other !== undefined) return other;
      throw error;
    }
  };
}

/** One thread that has loaded the module and makes one call at a time. */
export interface ModuleThread {
  /** The names that the module exports as `metrics`. */
  readonly metrics: readonly string[] | null;
  /** What it exports as `parts`. */
  readonly parts: Parts | null;
  /** False once the thread has ended: a call that was killed, `process.exit` in the module, memory spent. */
  isAlive(): boolean;
  measure(configuration: Configuration, context: MeasureContext, part?: number): Promise<Measurement>;
  close(): Promise<void>;
}

/** How long a call may take to heed its signal before its thread is ended. */
const GRACE_MS = 1000;

const workerUrl = builtModule('oracles/module-worker.js');

/** @throws PluginError PLUGIN_LOAD when the module cannot be loaded or lacks the function. */
async function startModuleThread(
  workerData: ModuleWorkerData,
  memoryMegabytes: number | undefined,
): Promise<ModuleThread> {
  const worker = new Worker(workerUrl, {
    workerData,
    stdout: true,
    ...(memoryMegabytes === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes } }),
  });
  // What the module prints must not end up among the results on standard output.
  worker.stdout.on('data', (text: Buffer) => process.stderr.write(text));
  let alive = true;
  let fault = '';
  let settle: ((reply: ModuleReply) => void) | undefined;
  worker.on('message', (reply: ModuleReply) => settle?.(reply));
  worker.on('error', (error: Error) => {
    fault = error.message;
  });
  const ended = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      alive = false;
      settle?.({ broken: fault === '' ? `ended its thread (exit code ${code})` : fault });
      resolve();
    });
  });
  const next = () => new Promise<ModuleReply>((resolve) => (settle = resolve));

  const first = await next();
  if (!('ready' in first)) {
    await worker.terminate();
    throw new PluginError('PLUGIN_LOAD', `the module ${workerData.file} ${'broken' in first ? first.broken : ''}`, {
      remedy: 'write `export default async ({ configuration, seed, signal, trial }) => ({ metric: number })`',
    });
  }
  // An idle thread does not keep the process from ending.
  worker.unref();
  let calls = 0;
  return {
    metrics: first.metrics,
    parts: first.parts,
    isAlive: () => alive,
    async measure(configuration, { seed, trial, signal }, part) {
      const id = calls++;
      worker.ref();
      const replied = next();
      const send = (request: ModuleRequest) => worker.postMessage(request);
      let grace: NodeJS.Timeout | undefined;
      const abort = () => {
        send({ id, abort: true });
        grace = setTimeout(() => void worker.terminate(), GRACE_MS);
      };
      send({ id, configuration, seed, trial, ...(part === undefined ? {} : { part }) });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      const reply = await replied;
      worker.unref();
      clearTimeout(grace);
      signal.removeEventListener('abort', abort);
      if ('measurement' in reply) return reply.measurement;
      const message = 'broken' in reply ? reply.broken : 'no reply';
      return { state: 'failed', kind: 'runtime', message: `the module ${message}` };
    },
    async close() {
      await worker.terminate();
      await ended;
    },
  };
}
