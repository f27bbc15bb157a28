import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Oracle } from '../../src/core/oracle.js';
import type { Configuration } from '../../src/core/space.js';
import type { Technique } from '../../src/core/technique.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { type RunStudyOptions, runStudy } from '../../src/study/run.js';
import { createStudy } from '../../src/study/study.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const axis = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const space = choiceSpace({ a: axis, b: axis, c: axis });
const random: Technique = {
  name: 'random',
  init: () => null,
  ask: (state, count, context) => [Array.from({ length: count }, () => context.space.sample(context.rng)), state],
  tell: (state) => state,
};
const oracleOf = (error: (c: Configuration) => number, extra: Partial<Oracle> = {}): Oracle => ({
  name: 'o',
  metrics: ['error'],
  fingerprint: async () => ({ file: 'abc' }),
  measure: async (configuration) => ({ state: 'complete', metrics: { error: error(configuration) } }),
  ...extra,
});
const sum = oracleOf((c) => Number(c['a']) + Number(c['b']) + Number(c['c']));
const options = (extra: Partial<RunStudyOptions> = {}): RunStudyOptions => ({
  name: 's',
  space,
  oracle: sum,
  technique: random,
  objectives: [{ metric: 'error', direction: 'min' }],
  seed: 1,
  store: createMemoryStore(),
  budget: { trials: 50 },
  ...extra,
});

describe('runStudy', () => {
  it('measures every configuration once, until the space is exhausted', async () => {
    const tiny = choiceSpace({ a: [1, 2, 3], b: [1, 2], c: [0] });
    const { trials, stopped } = await runStudy(options({ space: tiny, budget: { trials: 100 } }));
    expect(stopped).toBe('exhausted');
    expect(new Set(trials.map(({ configuration }) => tiny.key(configuration))).size).toBe(6);
    expect(trials).toHaveLength(6);
  });

  it('takes unseen random ones when a technique repeats itself or has nothing to offer', async () => {
    const stubborn: Technique = { ...random, name: 'stubborn', ask: (state) => [[{ a: 1, b: 1, c: 1 }], state] };
    const silent: Technique = { ...random, name: 'silent', ask: (state) => [[], state] };
    const one = await runStudy(options({ technique: stubborn, budget: { trials: 5 } }));
    expect(one.trials.map(({ technique }) => technique)).toEqual(['stubborn', ...Array(4).fill('fallback')]);
    const none = await runStudy(options({ technique: silent, budget: { trials: 3 } }));
    expect(none.trials).toHaveLength(3);
  });

  it('stops at a target and at a stall', async () => {
    const target = await runStudy(options({ budget: { trials: 1000, target: 4 } }));
    expect(target.stopped).toBe('target');
    expect(target.trials.at(-1)?.values?.[0]).toBeLessThanOrEqual(4);
    const stall = await runStudy(options({ budget: { trials: 1000, stall: 30 } }));
    expect(stall.stopped).toBe('stall');
    expect(stall.trials.slice(-30).every(({ improvement }) => improvement === 0)).toBe(true);
  });

  it('goes on after an oracle that throws, gives NaN, or cannot build', async () => {
    let calls = 0;
    const flaky = oracleOf(() => 0, {
      async measure() {
        calls++;
        if (calls === 1) throw new Error('no luck');
        if (calls === 2) return { state: 'complete', metrics: { error: Number.NaN } };
        if (calls === 3) return { state: 'infeasible', message: 'too wide' };
        return { state: 'complete', metrics: { error: 1 } };
      },
    });
    const { trials } = await runStudy(options({ oracle: flaky, budget: { trials: 4 } }));
    expect(trials.map(({ state }) => state)).toEqual(['failed', 'failed', 'infeasible', 'complete']);
    expect(trials[0]?.failure).toEqual({ kind: 'runtime', message: 'no luck' });
    expect(trials[1]?.failure?.message).toContain('error');
  });

  it('with workers measures that many at once, nothing twice, and keeps the order of completion', async () => {
    let now = 0;
    let most = 0;
    const slow = oracleOf(() => 0, {
      async measure(configuration, { trial }) {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, trial % 4 === 0 ? 8 : 1));
        now--;
        return { state: 'complete', metrics: { error: Number(configuration['a']) } };
      },
    });
    const store = createMemoryStore();
    const { trials } = await runStudy(options({ oracle: slow, workers: 4, store }));
    expect(most).toBe(4);
    expect(trials).toHaveLength(50);
    expect(new Set(trials.map(({ configuration }) => space.key(configuration))).size).toBe(50);
    expect(store.read('s')?.finished).toEqual(trials);
    expect(trials.map(({ number }) => number)).not.toEqual([...trials.keys()]);
  });

  it('extends a finished study as if it had had the larger budget from the start', async () => {
    const store = createMemoryStore();
    await runStudy(options({ store, budget: { trials: 20 } }));
    const longer = await runStudy(options({ store, resume: true }));
    expect(longer.trials).toEqual((await runStudy(options())).trials);
  });

  it('stops on a signal without a failed trial, and goes on', async () => {
    const store = createMemoryStore();
    const controller = new AbortController();
    const cutOff = options({
      store,
      signal: controller.signal,
      onTrial: ({ number }) => number === 9 && controller.abort(),
    });
    await expect(runStudy(cutOff)).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    expect(store.read('s')?.finished).toHaveLength(10);
    expect((await runStudy(options({ store, resume: true }))).trials).toEqual((await runStudy(options())).trials);
  });

  it('refuses to go on unasked or over what has changed, and shows the difference', async () => {
    const store = createMemoryStore();
    await runStudy(options({ store }));
    await expect(runStudy(options({ store }))).rejects.toMatchObject({ code: 'STUDY_EXISTS' });
    const again = (extra: Partial<RunStudyOptions>) => runStudy(options({ store, resume: true, ...extra }));
    const other = { ...sum, fingerprint: async () => ({ file: 'xyz' }) };
    await expect(again({ oracle: other })).rejects.toThrow(/oracle file: "abc" is now "xyz"/);
    await expect(again({ seed: 2 })).rejects.toThrow(/seed: 1 is now 2/);
    await expect(again({ objectives: [{ metric: 'error', direction: 'max' }] })).rejects.toThrow(/error:max/);
    await expect(again({ space: choiceSpace({ a: axis, b: axis, c: [1, 2] }) })).rejects.toThrow(/space c: .* is now/);
    await expect(again({})).resolves.toMatchObject({ stopped: 'trials' });
    await expect(runStudy(options({ objectives: [{ metric: 'eror', direction: 'min' }] }))).rejects.toThrow(/eror/);
  });

  it('does no more for the last of 1000 trials in a database than for the first', async () => {
    const store = openSqliteStore(join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db'));
    const wide = choiceSpace({ a: axis, b: axis, c: axis, d: axis });
    let calls = 0;
    const counted = {
      ...wide,
      key: (configuration: Configuration) => {
        calls++;
        return wide.key(configuration);
      },
    };
    const callsAt: number[] = [];
    const onTrial = () => callsAt.push(calls);
    const { trials } = await runStudy(options({ store, space: counted, budget: { trials: 1000 }, onTrial }));
    store.close();
    expect(trials).toHaveLength(1000);
    const [early, late] = [callsAt[500]! - callsAt[0]!, callsAt[999]! - callsAt[499]!];
    expect(early).toBeGreaterThan(0);
    expect(late).toBeLessThanOrEqual(1.1 * early);
  });
});

it('lets the caller own the loop, with best and front right after every tell', async () => {
  const study = await createStudy(options());
  const [first, second] = study.ask(2);
  if (first === undefined || second === undefined) throw new Error('nothing asked');
  study.tell(second.number, { state: 'complete', metrics: { error: 5 } });
  expect(study.best()?.number).toBe(second.number);
  study.tell(first.number, { state: 'complete', metrics: { error: 3 } });
  expect(study.front().map(({ number }) => number)).toEqual([first.number]);
  expect(study.trials.map(({ improvement }) => improvement)).toEqual([1, 1]);
  expect(() => study.tell(first.number, { state: 'infeasible' })).toThrow(/not being measured/);
});
