import { resolve } from 'node:path';
import { hashFile } from '../../base/digest.js';
import type { Oracle } from '../../core/oracle.js';
import { type ModuleThread, startModuleThread } from './module-thread.js';

export interface ModuleOracleOptions {
  /** `default` when not given. */
  readonly exportName?: string;
  /** Metrics that the study reads: taken as measured when the module does not export their names as `metrics`. */
  readonly metrics: readonly string[];
  /** Threads started at once (1); more start when more calls are made. Starting one takes a moment of its first call. */
  readonly threads?: number;
  /** Heap of each thread. */
  readonly memoryMegabytes?: number;
}

/**
 * Measures by a function of a JavaScript module (or TypeScript where Node runs it): it gets
 * `{ configuration, seed, signal, trial }`, returns an object of metrics or `{ state: 'infeasible' }`, and throws for a
 * failure, whose `kind` says of what sort. As many threads run it as calls are made at once, each with its own copy of
 * the module, so that calls that compute run side by side and one that hangs or exits can be ended.
 *
 * @throws PluginError PLUGIN_LOAD when the module cannot be loaded or lacks the function.
 */
export async function createModuleOracle(file: string, options: ModuleOracleOptions): Promise<Oracle> {
  const path = resolve(file);
  const { exportName = 'default', metrics, threads = 1, memoryMegabytes } = options;
  const start = () => startModuleThread({ file: path, exportName }, memoryMegabytes);
  const first = await start();
  const idle = [first, ...(await Promise.all(Array.from({ length: threads - 1 }, start)))];
  const busy = new Set<ModuleThread>();
  return {
    name: 'module',
    metrics: first.metrics ?? metrics,
    async measure(configuration, context) {
      const thread = idle.pop() ?? (await start());
      busy.add(thread);
      try {
        return await thread.measure(configuration, context);
      } finally {
        busy.delete(thread);
        // Another takes the place of one that was ended, so that its start is not part of a later measurement.
        const next = thread.isAlive() ? thread : await start().catch(() => undefined);
        if (next !== undefined) idle.push(next);
      }
    },
    fingerprint: async () => ({ module: await hashFile(path), export: exportName }),
    close: async () => {
      await Promise.all([...idle, ...busy].map((thread) => thread.close()));
    },
  };
}
