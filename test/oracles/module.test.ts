import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { Oracle } from '../../src/core/oracle.js';
import { createModuleOracle } from '../../src/oracles/module.js';
import { timeLimited } from '../../src/oracles/wrappers.js';

const open: Oracle[] = [];
const module = async (text: string, exportName?: string) => {
  const file = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'oracle.mjs');
  writeFileSync(file, text);
  const oracle = await createModuleOracle(file, {
    metrics: ['x'],
    memoryMegabytes: 64,
    ...(exportName === undefined ? {} : { exportName }),
  });
  open.push(oracle);
  return oracle;
};
const context = { trial: 4, seed: 9, signal: new AbortController().signal };

afterEach(async () => {
  for (const oracle of open.splice(0)) await oracle.close?.();
});

it('measures by the function, named or default, and learns the metrics from the module', async () => {
  const text = `
    export const metrics = ['x', 'y'];
    export default async ({ configuration, seed, trial, signal }) =>
      ({ x: configuration.a + seed, y: trial, aborted: Number(signal.aborted), text: 'left out', nan: NaN, yes: true });
    export const other = () => ({ x: 0 });`;
  const own = await module(text);
  expect(own.metrics).toEqual(['x', 'y']);
  expect(await own.measure({ a: 1 }, context)).toEqual({ state: 'complete', metrics: { x: 10, y: 4, aborted: 0 } });
  const other = await module(text, 'other');
  expect(await other.measure({ a: 1 }, context)).toEqual({ state: 'complete', metrics: { x: 0 } });
  expect((await module('export default () => ({})')).metrics).toEqual(['x']);
});

it('tells failures of every kind and goes on', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const oracle = await module(`
    const held = [];
    export default async ({ configuration: { how } }) => {
      if (how === 'throw') throw new Error('no luck');
      if (how === 'build') throw Object.assign(new Error('no such flag'), { kind: 'build' });
      if (how === 'infeasible') return { state: 'infeasible', message: 'too wide' };
      if (how === 'nothing') return undefined;
      if (how === 'nan') return { x: NaN };
      if (how === 'text') return { x: '1' };
      if (how === 'big') return { x: 10n };
      if (how === 'exit') process.exit(7);
      if (how === 'later') { setTimeout(() => { throw new Error('later'); }); await new Promise(() => {}); }
      if (how === 'memory') for (;;) held.push(new Array(1e5).fill({}));
      console.log('goes to standard error');
      return { x: 1 };
    }`);
  const measure = (how: string) => oracle.measure({ how }, context);
  expect(await measure('throw')).toEqual({ state: 'failed', kind: 'runtime', message: 'no luck' });
  expect(await measure('build')).toEqual({ state: 'failed', kind: 'build', message: 'no such flag' });
  expect(await measure('infeasible')).toEqual({ state: 'infeasible', message: 'too wide' });
  expect(await measure('nothing')).toMatchObject({ state: 'failed', kind: 'correctness' });
  for (const [how, shown] of [
    ['nan', 'NaN'],
    ['text', '"1"'],
    ['big', '10n'],
  ] as const) {
    const message = `x is ${shown}, which is no finite number`;
    expect(await measure(how)).toEqual({ state: 'failed', kind: 'correctness', message });
  }
  expect(await measure('exit')).toMatchObject({ state: 'failed', message: expect.stringContaining('exit code 7') });
  expect(await measure('later')).toMatchObject({ state: 'failed', message: expect.stringContaining('later') });
  expect(await measure('memory')).toMatchObject({ state: 'failed', message: expect.stringMatching(/memory/) });
  expect(await measure('well')).toEqual({ state: 'complete', metrics: { x: 1 } });
  vi.restoreAllMocks();
});

it('ends a call that never gives the thread back, and one that waits for ever', async () => {
  const oracle = timeLimited(
    await module(`export default ({ configuration: { how }, signal }) => {
      if (how === 'spin') for (;;);
      if (how === 'deaf') return new Promise(() => {});
      if (how === 'wait') return new Promise((_, no) => signal.addEventListener('abort', () => no(new Error('gone'))));
      return { x: 1 };
    }`),
    { seconds: 1 },
  );
  const timeout = { state: 'failed', kind: 'timeout', message: 'took more than 1 s' };
  for (const how of ['spin', 'deaf', 'wait']) expect(await oracle.measure({ how }, context)).toEqual(timeout);
  expect(await oracle.measure({ how: 'well' }, context)).toEqual({ state: 'complete', metrics: { x: 1 } });
});

it('makes calls side by side, one a thread', async () => {
  const oracle = await module(`
    let running = 0;
    export default async () => {
      running++;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { x: running-- };
    }`);
  const results = await Promise.all([1, 2, 3].map((a) => oracle.measure({ a }, context)));
  expect(results).toEqual(Array(3).fill({ state: 'complete', metrics: { x: 1 } }));
});

it('says what is wrong with a module', async () => {
  await expect(module('export const x = 1')).rejects.toThrow(/has no function "default"/);
  await expect(module('export default 3 +')).rejects.toMatchObject({ code: 'PLUGIN_LOAD' });
  await expect(createModuleOracle('/nowhere.mjs', { metrics: [] })).rejects.toThrow(/cannot be loaded/);
});

it('depends on its own text and on the files it is said to depend on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-'));
  const [file, helper] = [join(folder, 'oracle.mjs'), join(folder, 'helper.mjs')];
  writeFileSync(helper, 'export const x = 1');
  writeFileSync(file, "import { x } from './helper.mjs'; export default () => ({ x })");
  const fingerprint = async (depends: readonly string[]) => {
    const oracle = await createModuleOracle(file, { metrics: ['x'], depends });
    open.push(oracle);
    return oracle.fingerprint();
  };
  const [bare, whole] = [await fingerprint([]), await fingerprint([helper])];
  expect(Object.keys(bare)).toEqual(['module', 'export']);
  writeFileSync(helper, 'export const x = 2');
  expect(await fingerprint([])).toEqual(bare);
  expect(await fingerprint([helper])).not.toEqual(whole);
});

it('measures a module that has parts one by one: the mean of all, or until a race is lost', async () => {
  const oracle = await module(`
    export const parts = { weights: [1, 1, 2, 4], ranges: { x: [0, 1] } };
    export default ({ configuration: { a }, part }) => {
      if (a === 9) return { state: 'infeasible', message: 'too wide' };
      return { x: part === 3 && a === 0 ? 0 : a };
    };`);
  expect(oracle.parts).toEqual({ weights: [1, 1, 2, 4], ranges: { x: [0, 1] } });
  expect(await oracle.measure({ a: 1 }, context)).toEqual({ state: 'complete', metrics: { x: 1 } });
  expect(await oracle.measure({ a: 0.5 }, context)).toEqual({ state: 'complete', metrics: { x: 0.5 } });
  expect(await oracle.measure({ a: 9 }, context)).toEqual({ state: 'infeasible', message: 'too wide' });
  await expect(oracle.measure({ a: 7 }, context)).rejects.toThrow('x of part 0 is 7, which is not between 0 and 1');
  const race = {
    ...{ order: [3, 1, 0, 2], objectives: [{ metric: 'x', direction: 'min' as const }], risk: 0.05 },
    rivals: [{ trial: 2, values: { x: [0, 0, 0, 0] } }],
  };
  expect(await oracle.measure({ a: 0.5 }, { ...context, race })).toEqual({
    ...{ state: 'pruned', metrics: { x: 0.5 } },
    parts: { order: [3], values: { x: [0.5] }, rivals: [2], risk: 0.05 },
  });
});

it('refuses parts that are none, saying how they are written', async () => {
  await expect(module('export const parts = { count: 4 }; export default () => 1;')).rejects.toThrow(
    /exports parts that are none: {"count":4} instead of \{ count: 40, ranges/,
  );
});
