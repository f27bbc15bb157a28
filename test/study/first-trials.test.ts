import { expect, it } from 'vitest';
import type { Oracle } from '../../src/core/oracle.js';
import type { Configuration } from '../../src/core/space.js';
import type { Technique } from '../../src/core/technique.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { type RunStudyOptions, runStudy } from '../../src/study/run.js';
import { choiceSpace } from '../../src/testing/choice-space.js';
import { crashingStore } from '../../src/testing/crashing-store.js';

const axis = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const space = choiceSpace({ a: axis, b: axis, c: axis });
/** Its state counts what it was told, so a warm start that is told twice or not at all shows. */
const counting: Technique = {
  name: 'counting',
  init: () => [],
  ask: (state, count, context) => [Array.from({ length: count }, () => context.space.sample(context.rng)), state],
  tell: (state, trials) => [...(state as string[]), ...trials.map(({ number }) => String(number))],
};
const measured: Configuration[] = [];
const oracle: Oracle = {
  name: 'o',
  metrics: ['error', 'latency'],
  fingerprint: async () => ({}),
  async measure(configuration) {
    measured.push(configuration);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => Number(configuration[name]));
    if (a === 9) return { state: 'infeasible', message: 'too wide' };
    if (b === 9) return { state: 'failed', kind: 'build', message: 'no' };
    return { state: 'complete', metrics: { error: a! + b! + c!, latency: 10 - a! } };
  },
};
const options = (extra: Partial<RunStudyOptions> = {}): RunStudyOptions => ({
  name: 's',
  space,
  oracle,
  technique: counting,
  objectives: [{ metric: 'error', direction: 'min' }],
  seed: 1,
  store: createMemoryStore(),
  budget: { trials: 40 },
  ...extra,
});
const keys = (trials: readonly FinishedTrial[]) => trials.map(({ configuration }) => space.key(configuration));

it('holds measured metrics to constraints: infeasible, no values, metrics kept, no best', async () => {
  const { trials, front } = await runStudy(
    options({ constraints: ['latency <= 6 || b == 0'], budget: { trials: 200 } }),
  );
  const broken = trials.filter(({ failure }) => failure?.kind === 'constraint' && failure.message !== 'too wide');
  expect(broken.length).toBeGreaterThan(10);
  for (const { state, values, metrics, improvement, failure } of broken) {
    expect([state, values, improvement]).toEqual(['infeasible', null, 0]);
    expect(metrics?.['latency']).toBeGreaterThan(6);
    expect(failure?.message).toMatch(/constraint "latency <= 6 .* does not hold: latency \d+/);
  }
  for (const { state, metrics, configuration } of trials) {
    if (state === 'complete') expect((metrics?.['latency'] as number) <= 6 || configuration['b'] === 0).toBe(true);
  }
  expect(front[0]?.values).not.toBeNull();
});

it('refuses a constraint on what is no metric, and to go on under others', async () => {
  await expect(runStudy(options({ constraints: ['latencey <= 6'] }))).rejects.toThrow(/Did you mean "latency"\?/);
  const store = createMemoryStore();
  await runStudy(options({ store, constraints: ['latency <= 6'] }));
  const other = runStudy(options({ store, resume: true, constraints: ['latency <= 7'] }));
  await expect(other).rejects.toThrow(/constraints: \["latency <= 6"\] is now \["latency <= 7"\]/);
});

it('measures seed configurations first, once each, and refuses illegal ones', async () => {
  const seedConfigurations = [
    { a: 3, b: 2, c: 1 },
    { a: 0, b: 0, c: 0 },
    { c: 1, b: 2, a: 3 },
  ];
  const { trials } = await runStudy(options({ seedConfigurations }));
  expect(trials.slice(0, 3).map(({ technique, values }) => [technique, values?.[0]])).toEqual([
    ['seed', 6],
    ['seed', 0],
    ['counting', expect.anything()],
  ]);
  expect(trials).toHaveLength(40);
  await expect(runStudy(options({ seedConfigurations: [{ a: 3, b: 2, c: 77 }] }))).rejects.toThrow(/77|outside/);
});

it('begins with the trials of another study: told first, not measured, not counted, held to its own rules', async () => {
  const earlier = (await runStudy(options())).trials;
  measured.length = 0;
  const half = choiceSpace({ a: axis, b: axis, c: [0, 1, 2, 3, 4] });
  const store = createMemoryStore();
  const { trials } = await runStudy(
    options({ space: half, store, warmStart: earlier, constraints: ['latency >= 5'], budget: { trials: 5 } }),
  );
  const taken = trials.filter(({ technique }) => technique === 'warm-start');
  expect(taken.length).toBeGreaterThan(5);
  expect(trials).toHaveLength(taken.length + 5);
  expect(taken).toEqual(trials.slice(0, taken.length));
  expect(taken.every(({ configuration, state }) => half.isLegal(configuration) && state !== 'failed')).toBe(true);
  expect(taken.filter(({ failure }) => failure?.message.includes('latency'))).not.toHaveLength(0);
  expect(measured).toHaveLength(5);
  expect(new Set(keys(trials)).size).toBe(trials.length);
  // Told once each, in order, then what was measured.
  const state = store.claim({ ...store.read('s')!.definition }, {}).snapshot()?.state;
  expect(state).toEqual(trials.map(({ number }) => String(number)));
});

it('goes on exactly after a crash at any write, with a warm start, seeds and a constraint', async () => {
  const warmStart = (await runStudy(options({ budget: { trials: 10 } }))).trials;
  const extra = {
    warmStart,
    seedConfigurations: [{ a: 1, b: 1, c: 1 }],
    constraints: ['latency <= 8'],
    budget: { trials: 12 },
  };
  const whole = (await runStudy(options(extra))).trials;
  for (let crash = 0; crash < 40; crash++) {
    const store = createMemoryStore();
    await runStudy(options({ ...extra, store: crashingStore(store, crash), resume: true })).catch(() => undefined);
    store.close();
    expect((await runStudy(options({ ...extra, store, resume: true }))).trials).toEqual(whole);
  }
});

it('counts what replayed measurements took against its seconds, and calls the hooks in order', async () => {
  const replaying: Oracle = {
    ...oracle,
    measure: async (configuration) => ({
      state: 'complete',
      seconds: 100,
      metrics: { error: Number(configuration['a']) },
    }),
  };
  const calls: string[] = [];
  const { trials, stopped } = await runStudy(
    options({
      oracle: replaying,
      budget: { seconds: 950 },
      onStart: ({ number }) => calls.push(`start ${number}`),
      onTrial: ({ number }) => calls.push(`trial ${number}`),
      onImprovement: ({ number }, study) => calls.push(`improvement ${number} ${study.best()?.number}`),
    }),
  );
  expect([stopped, trials.length]).toEqual(['seconds', 10]);
  expect(calls.slice(0, 3)).toEqual(['start 0', 'trial 0', 'improvement 0 0']);
  expect(calls.filter((call) => call.startsWith('improvement'))).toHaveLength(
    trials.filter(({ improvement }) => improvement > 0).length,
  );
});

it('lets timers and signals in although its oracle never waits', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const endless = options({ space: choiceSpace({ a: axis, b: axis, c: axis, d: axis, e: axis, f: axis }) });
  await expect(runStudy({ ...endless, budget: { seconds: 60 }, signal: controller.signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});
