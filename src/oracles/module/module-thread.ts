import { Worker } from 'node:worker_threads';
import type { Configuration } from '../../core/configuration.js';
import type { MeasureContext, Measurement } from '../../core/oracle.js';
import { PluginError } from '../../errors.js';
import type { ModuleReply, ModuleRequest, ModuleWorkerData } from './module-worker.js';

/** One thread that has loaded the module and makes one call at a time. */
export interface ModuleThread {
  /** The names that the module exports as `metrics`. */
  readonly metrics: readonly string[] | null;
  /** False once the thread has ended: a call that was killed, `process.exit` in the module, memory spent. */
  isAlive(): boolean;
  measure(configuration: Configuration, context: MeasureContext): Promise<Measurement>;
  close(): Promise<void>;
}

/** How long a call may take to heed its signal before its thread is ended. */
const GRACE_MS = 1000;

/** The built worker, also when this module runs from its TypeScript source under test. */
const workerUrl = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/src/oracles/module/module-worker.js', import.meta.url)
  : new URL('./module-worker.js', import.meta.url);

/** @throws PluginError PLUGIN_LOAD when the module cannot be loaded or lacks the function. */
export async function startModuleThread(
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
    isAlive: () => alive,
    async measure(configuration, { seed, trial, signal }) {
      const id = calls++;
      worker.ref();
      const replied = next();
      const send = (request: ModuleRequest) => worker.postMessage(request);
      let grace: NodeJS.Timeout | undefined;
      const abort = () => {
        send({ id, abort: true });
        grace = setTimeout(() => void worker.terminate(), GRACE_MS);
      };
      send({ id, configuration, seed, trial });
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
