import { availableParallelism } from 'node:os';
import { createInbox } from '../../base/inbox.js';
import type { Delivery, ExecutorKind } from '../../core/executor.js';
import { UsageError } from '../../errors.js';

const MOST = 1024;

export default {
  where: '[NUMBER]',
  async open(where, { workers = availableParallelism(), startProcesses }) {
    const count = where === '' ? workers : Number(where);
    if (!/^\d*$/.test(where) || count < 1 || count > MOST) {
      throw new UsageError(`cannot start "${where}" processes`, {
        remedy: `write processes:NUMBER, from 1 to ${MOST}`,
      });
    }
    const pool = await startProcesses(count);
    const events = createInbox<Delivery | Error>();
    const measuring = new Map<number, AbortController>();
    return {
      name: 'processes',
      isIsolated: true,
      slots: () => pool.slots,
      async submit(job) {
        const { trial, attempt } = job;
        const controller = new AbortController();
        measuring.set(trial, controller);
        pool.measure(job, controller.signal).then(
          (outcome) => events.put({ trial, attempt, outcome }),
          (error: Error) => events.put(error),
        );
      },
      async next() {
        const event = await events.take();
        if (event instanceof Error) throw event;
        return event;
      },
      cancel: async ({ trial }) => measuring.get(trial)?.abort(),
      async close() {
        for (const controller of measuring.values()) controller.abort();
        await pool.close();
      },
    };
  },
} satisfies ExecutorKind;
