import { createInbox } from '../base/inbox.js';
import type { Delivery, Executor, Job, Outcome } from '../core/executor.js';
import type { MeasureContext, Oracle } from '../core/oracle.js';

/** Measures by the oracle itself, in this process, `slots` configurations at once. */
export function createInlineExecutor(oracle: Oracle, slots = 1): Executor {
  const deliveries = createInbox<Delivery>();
  const measuring = new Map<number, { readonly controller: AbortController; readonly done: Promise<void> }>();
  const end = async () => {
    const left = [...measuring.values()];
    for (const { controller } of left) controller.abort();
    await Promise.all(left.map(({ done }) => done));
  };
  return {
    name: 'inline',
    isIsolated: false,
    slots: () => slots,
    async submit(job) {
      const { trial, attempt } = job;
      const controller = new AbortController();
      const done = measureJob(oracle, job, controller).then((outcome) => {
        measuring.delete(trial);
        deliveries.put({ trial, attempt, outcome });
      });
      measuring.set(trial, { controller, done });
    },
    next: () => deliveries.take(),
    cancel: async ({ trial }) => measuring.get(trial)?.controller.abort(),
    // The oracle may be closed as soon as this returns, so nothing may be left running on it.
    close: end,
  };
}

/**
 * One call of the oracle. What it throws is a failed measurement (kind runtime). Most oracles leave the signal alone, which
 * is made when it is read.
 */
export async function measureJob(oracle: Oracle, job: Job, stop: Pick<AbortController, 'signal'>): Promise<Outcome> {
  const { configuration, trial, seed, race } = job;
  const started = performance.now();
  const done = (result: unknown): Outcome => ({
    kind: 'measured',
    result,
    seconds: (performance.now() - started) / 1000,
  });
  try {
    const context: MeasureContext = {
      trial,
      seed,
      get signal() {
        return stop.signal;
      },
      ...(race === undefined ? {} : { race }),
    };
    return done(await oracle.measure(configuration, context));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return done({ state: 'failed', kind: 'runtime', message });
  }
}
