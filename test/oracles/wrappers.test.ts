import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Measurement, Oracle } from '../../src/core/oracle.js';
import { cached, repeated, timeLimited } from '../../src/oracles/wrappers.js';
import { openMeasurementCache } from '../../src/store/measurement-cache.js';

const context = { trial: 0, seed: 5, signal: new AbortController().signal };
const oracleOf = (
  measure: (seed: number) => Measurement | Promise<Measurement>,
  extra: Partial<Oracle> = {},
): Oracle => ({
  name: 'o',
  metrics: ['x', 'size'],
  fingerprint: async () => ({ file: 'abc' }),
  measure: async (_, { seed }) => measure(seed),
  ...extra,
});

it('repeats: the median of each metric, the spread beside it, none for what is exact', async () => {
  const noise = [0, 40, 10, 90, 20];
  const oracle = repeated(
    oracleOf((seed) => ({ state: 'complete', seconds: 2, metrics: { x: noise[seed - 5] as number, size: 8 } })),
    5,
    ['size'],
  );
  // What is announced is what comes.
  expect(oracle.metrics).toEqual(['x', 'xSpread', 'size']);
  expect(await oracle.measure({}, context)).toEqual({
    state: 'complete',
    seconds: 10,
    metrics: { x: 20, xSpread: 90, size: 8 },
  });
  expect(await oracle.fingerprint()).toEqual({ file: 'abc', repeats: 5 });
});

it('repeats: the first that fails is the result', async () => {
  let calls = 0;
  const failing = oracleOf(() => (++calls === 2 ? { state: 'infeasible' } : { state: 'complete', metrics: { x: 1 } }));
  expect(await repeated(failing, 5).measure({}, context)).toEqual({ state: 'infeasible' });
  expect(calls).toBe(2);
});

it('caches by oracle and configuration over processes, but tries failures again', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'cache.db');
  let calls = 0;
  const counting = oracleOf(() => {
    calls++;
    return calls === 1
      ? { state: 'failed', kind: 'runtime', message: 'once' }
      : { state: 'complete', metrics: { x: calls } };
  });
  const open = (oracle: Oracle) =>
    cached(oracle, (configuration) => JSON.stringify(configuration), openMeasurementCache(file));
  const first = await open(counting);
  expect(await first.measure({ a: 1 }, context)).toMatchObject({ state: 'failed' });
  expect(await first.measure({ a: 1 }, context)).toMatchObject({ metrics: { x: 2 } });
  await first.close?.();
  const second = await open(counting);
  expect(await second.measure({ a: 1 }, context)).toMatchObject({ metrics: { x: 2 } });
  expect(await second.measure({ a: 2 }, context)).toMatchObject({ metrics: { x: 3 } });
  await second.close?.();
  const changed = await open({ ...counting, fingerprint: async () => ({ file: 'xyz' }) });
  expect(await changed.measure({ a: 1 }, context)).toMatchObject({ metrics: { x: 4 } });
  await changed.close?.();
});

it('limits time by the quickest so far, whether the oracle heeds its signal or not', async () => {
  const waits = [200, 60_000, 1];
  const oracle = timeLimited(
    oracleOf(async () => {
      await new Promise((resolve) => setTimeout(resolve, waits.shift()));
      return { state: 'complete', metrics: { x: 1 } };
    }),
    { factor: 10 },
  );
  const states = [];
  for (let i = 0; i < 3; i++) states.push((await oracle.measure({}, context)).state);
  expect(states).toEqual(['complete', 'failed', 'complete']);
});

it('holds a resumed study to the limit it had', async () => {
  const waits = [60_000, 1];
  const slow = oracleOf(async () => {
    await new Promise((resolve) => setTimeout(resolve, waits.shift()));
    return { state: 'complete', metrics: { x: 1 } };
  });
  const oracle = timeLimited(slow, { factor: 10, quickestSeconds: 0.02 });
  expect((await oracle.measure({}, context)).state).toBe('failed');
  expect((await oracle.measure({}, context)).state).toBe('complete');
});

it('lets what an oracle throws through', async () => {
  const throwing = oracleOf(() => {
    throw new Error('no luck');
  });
  await expect(timeLimited(throwing, { seconds: 9 }).measure({}, context)).rejects.toThrow('no luck');
});

it('waits as long as it is told, also where a timer of Node cannot', async () => {
  const oracle = oracleOf(async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { state: 'complete', metrics: { x: 1 } };
  });
  for (const seconds of [2_147_483, 2_147_484, 3e6, 1e12, 1e300, Number.MAX_VALUE]) {
    expect((await timeLimited(oracle, { seconds }).measure({}, context)).state).toBe('complete');
  }
});
