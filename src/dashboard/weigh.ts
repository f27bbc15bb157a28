import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Importance, ImportanceMethod } from '../analysis/importance.js';
import { builtModule } from '../base/package-root.js';

/** Of which study what is wanted. */
export interface Weighing {
  readonly path: string;
  readonly name: string;
  readonly method: ImportanceMethod;
}

let line: Promise<unknown> = Promise.resolve();

/**
 * The importance of a study's parameters, computed in a thread of its own, one study after the other: a forest over thousands of trials
 * grows for seconds, and new trials are to show meanwhile.
 */
export function weigh(weighing: Weighing): Promise<readonly Importance[]> {
  const own = line.then(async () => {
    const worker = new Worker(builtModule('dashboard/weigh-worker.js'), { workerData: weighing });
    const [found] = await once(worker, 'message');
    return found as readonly Importance[];
  });
  line = own.catch(() => undefined);
  return own;
}
