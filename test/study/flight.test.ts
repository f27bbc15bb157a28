import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createInbox } from '../../src/base/inbox.js';
import { createRng } from '../../src/base/rng.js';
import type { Delivery, Executor, Job } from '../../src/core/executor.js';
import type { Oracle } from '../../src/core/oracle.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { measureJob } from '../../src/study/inline-executor.js';
import { runStudy } from '../../src/study/run.js';
import { mixedProblem } from '../../src/testing/problems.js';
import greedyMutation from '../../techniques/greedy-mutation.js';

const { space, oracle } = mixedProblem;
const TRIALS = 30;

interface Trouble {
  readonly slots: number;
  /** Shares of the deliveries. */
  readonly lost: number;
  readonly twice: number;
  readonly late: number;
  readonly seed: number;
}

/** Measures, and delivers in any order, twice, not at all, or after it has said that it would not. */
function troubledExecutor(measuring: Oracle, { slots, lost, twice, late, seed }: Trouble): Executor & { sent: Job[] } {
  const rng = createRng('trouble', seed);
  const inbox = createInbox<Delivery>();
  const held: Delivery[] = [];
  const sent: Job[] = [];
  /** What is there leaves in any order, one at a time. */
  const stir = () => {
    setImmediate(() => {
      if (held.length > 0) inbox.put(held.splice(rng.int(0, held.length - 1), 1)[0] as Delivery);
    });
  };
  const hold = (delivery: Delivery) => {
    held.push(delivery);
    stir();
  };
  return {
    name: 'troubled',
    isIsolated: true,
    slots: () => slots,
    sent,
    async submit(job) {
      sent.push(job);
      const { trial, attempt } = job;
      const outcome = await measureJob(measuring, job, new AbortController());
      const measured: Delivery = { trial, attempt, outcome };
      // The last attempt is never lost, so that every run ends with the same results.
      if (attempt < 3 && rng.float() < lost) {
        hold({ trial, attempt, outcome: { kind: 'lost', message: 'gone' } });
        if (rng.float() < late) setTimeout(() => hold(measured), 2);
      } else {
        hold(measured);
        if (rng.float() < twice) hold(measured);
      }
    },
    next: () => inbox.take(),
    cancel: async () => {},
    close: async () => {},
  };
}

const run = (executor: Executor | undefined, inOrder?: number) =>
  runStudy({
    ...{ name: 's', space, oracle, technique: greedyMutation(), seed: 3, store: createMemoryStore() },
    objectives: [{ metric: 'error', direction: 'min' }],
    budget: { trials: TRIALS },
    ...(executor === undefined ? {} : { executor }),
    ...(inOrder === undefined ? {} : { inOrder }),
  });

const trouble = fc.record({
  slots: fc.integer({ min: 1, max: 8 }),
  // Each loss waits for its back-off.
  lost: fc.constantFrom(0, 0.04),
  twice: fc.constantFrom(0, 0.5),
  late: fc.constantFrom(0, 1),
  seed: fc.nat(),
});

it('has every trial exactly once, whatever is lost, late or delivered twice', async () => {
  await fc.assert(
    fc.asyncProperty(trouble, async (given) => {
      const executor = troubledExecutor(oracle, given);
      const { trials } = await run(executor);
      expect(new Set(trials.map(({ number }) => number)).size).toBe(TRIALS);
      expect(trials).toHaveLength(TRIALS);
      expect(trials.every(({ failure }) => failure?.kind !== 'lost')).toBe(true);
      // A job is handed in once.
      expect(new Set(executor.sent.map(({ trial, attempt }) => `${trial}-${attempt}`)).size).toBe(executor.sent.length);
    }),
    { numRuns: 12 },
  );
});

it('in order gives one trial table for any number of workers and any trouble', async () => {
  const { trials: reference } = await run(undefined, 5);
  await fc.assert(
    fc.asyncProperty(trouble, async (given) => {
      expect((await run(troubledExecutor(oracle, given), 5)).trials).toEqual(reference);
    }),
    { numRuns: 12 },
  );
  // It is another search than one that learns from each result before it asks again.
  expect((await run(undefined)).trials).not.toEqual(reference);
});

it('in order goes on exactly where a smaller budget ended', async () => {
  const { trials: reference } = await run(undefined, 5);
  const store = createMemoryStore();
  for (const trials of [7, 8, 19, TRIALS]) {
    const { trials: found } = await runStudy({
      ...{ name: 's', space, oracle, technique: greedyMutation(), seed: 3, store, inOrder: 5, resume: true },
      objectives: [{ metric: 'error', direction: 'min' }],
      budget: { trials },
      workers: trials === 19 ? 3 : 1,
    });
    expect(found).toEqual(reference.slice(0, trials));
  }
});

it('gives a trial up that is lost again and again, and counts what comes too late', async () => {
  const inbox = createInbox<Delivery>();
  const attempts: number[] = [];
  const executor: Executor = {
    ...{ name: 'lossy', isIsolated: true, slots: () => 1, cancel: async () => {}, close: async () => {} },
    async submit({ trial, attempt }) {
      const measured: Delivery = {
        ...{ trial, attempt },
        outcome: { kind: 'measured', result: { error: trial }, seconds: 0 },
      };
      if (trial !== 1) return inbox.put(measured);
      attempts.push(attempt);
      inbox.put({ trial, attempt, outcome: { kind: 'lost', message: 'the node is down' } });
      inbox.put(measured);
    },
    next: () => inbox.take(),
  };
  const store = createMemoryStore();
  const { trials, late } = await runStudy({
    ...{ name: 's', space, oracle, technique: greedyMutation(), seed: 3, store, executor, attempts: 2 },
    objectives: [{ metric: 'error', direction: 'min' }],
    budget: { trials: 4 },
  });
  expect(attempts).toEqual([1, 2]);
  expect(late).toBe(2);
  expect(trials[1]?.failure).toEqual({ kind: 'lost', message: 'lost 2 times, last: the node is down' });
  expect(trials.map(({ state }) => state)).toEqual(['complete', 'failed', 'complete', 'complete']);
});

it('does not count the end of a coordinator against trials that were measured elsewhere', async () => {
  const store = createMemoryStore();
  const silent: Executor = {
    ...{ name: 'silent', isIsolated: true, slots: () => 2, cancel: async () => {}, close: async () => {} },
    submit: async () => {},
    next: () => new Promise(() => {}),
  };
  for (let crash = 0; crash < 5; crash++) {
    const begun: number[] = [];
    const stop = new AbortController();
    // What is claimed anew without having been released is left as by a process that was killed.
    const killed = {
      ...store,
      claim: ((...given) => ({ ...store.claim(...given), release() {} })) as typeof store.claim,
    };
    await runStudy({
      ...{ name: 's', space, oracle, technique: greedyMutation(), seed: 3, store: killed, executor: silent },
      objectives: [{ metric: 'error', direction: 'min' }],
      budget: { trials: 4 },
      ...{ resume: true, takeOver: true, signal: stop.signal },
      onStart: ({ number, attempts }) => {
        expect(attempts).toBeUndefined();
        begun.push(number);
        if (begun.length === 2) stop.abort();
      },
    }).catch(() => undefined);
    expect(begun).toEqual([0, 1]);
  }
});
