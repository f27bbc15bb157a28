import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { builtModule } from '../../src/base/package-root.js';
import type { StudyHistory } from '../../src/core/store.js';
import { readHistory } from '../../src/store/history.js';
import { packStudy, receiveStudy } from '../../src/store/parcel.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { runCommand } from '../cli/run-command.js';
import { hasRedis, PASSWORD, startRedis } from './servers.js';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'supersam-compare-jobs-'));
const [space, oracle] = [join(folder, 'space.json'), join(folder, 'oracle.mjs')];
const main = builtModule('cli/main.js').pathname;
const techniques = ['--techniques', 'random,greedy-mutation,nsga2'];
const problem = [
  ...['--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min', '--objective', 'size:min'],
  ...['--reference', '3000,60', '--seeds', '2', '--constraint', 'x != 7', '--constraint', 'size < 50'],
];
const children: ChildProcess[] = [];

beforeAll(() => {
  const parameters = [
    { name: 'x', type: 'integer', min: -50, max: 50 },
    { name: 'y', type: 'float', min: 0, max: 9 },
  ];
  writeFileSync(space, JSON.stringify({ name: 'plane', parameters, constraints: ['x > -45'] }));
  // A file that says so ends the process that measures, once.
  writeFileSync(
    oracle,
    `import { existsSync, rmSync } from 'node:fs';
    export const metrics = ['error', 'size'];
    export default async ({ configuration: { x, y }, trial }) => {
      const kill = ${JSON.stringify(folder)} + '/kill-' + trial;
      if (existsSync(kill)) { rmSync(kill); process.kill(process.pid, 'SIGKILL'); }
      await new Promise((resolve) => setTimeout(resolve, Number(process.env.RUN_MS ?? 0)));
      return { error: x ** 2 + y, size: x % 9 === 3 ? NaN : Math.abs(y - 3) + Math.abs(x) };
    };`,
  );
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(words: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [main, ...words], { env: { ...process.env, ...env }, stdio: 'ignore' });
  children.push(child);
  return child;
}
const work = (where: string, env: NodeJS.ProcessEnv = {}) =>
  start(['worker', where, '--oracle', `module:${oracle}`], { SUPERSAM_LEASE_SECONDS: '3', ...env });
const words = (out: string, ...more: string[]) => [...problem, ...techniques, '--out', join(folder, out), ...more];
const compare = (...given: Parameters<typeof words>) => runCommand('compare', ...words(...given));
const database = (out: string) => join(folder, out, 'comparison.db');

/** What a comparison has found, without what clocks say; and every trial of one of its runs. */
async function found(out: string, study = 'greedy-mutation seed 2') {
  const { rows } = JSON.parse(readFileSync(join(folder, out, 'comparison.json'), 'utf8')) as {
    readonly rows: readonly { readonly engineSeconds: number }[];
  };
  const trials = await runCommand('trials', `${database(out)}:${study}`, '--csv');
  return { rows: rows.map(({ engineSeconds: _, ...row }) => row), trials: trials.out };
}

it('is the same in threads and in processes, one or several, though some of them are killed', async () => {
  await compare('threads', '--trials', '24', '--workers', '2');
  const whole = await found('threads');
  expect(whole.rows).toHaveLength(6);
  await compare('one', '--trials', '24', '--executor', 'processes:1');
  expect(await found('one')).toEqual(whole);
  for (const trial of [5, 21]) writeFileSync(join(folder, `kill-${trial}`), '');
  await compare('three', '--trials', '24', '--executor', 'processes:3');
  expect(existsSync(join(folder, 'kill-21'))).toBe(false);
  expect(await found('three')).toEqual(whole);
  const verified = runCommand('verify', `${database('three')}:greedy-mutation seed 2`);
  expect((await verified).out).toContain('every trial the same');
});

it('goes on elsewhere with what threads have begun, and runs nothing twice', async () => {
  await compare('short', '--trials', '12');
  await compare('short', '--trials', '24', '--executor', 'inline');
  const { rows, trials } = await found('short');
  await compare('straight', '--trials', '24', '--executor', 'inline');
  expect(await found('straight')).toEqual({ rows, trials });
  writeFileSync(join(folder, 'kill-3'), '');
  await compare('short', '--trials', '24', '--executor', 'processes:1');
  expect(existsSync(join(folder, 'kill-3'))).toBe(true);
  expect((await found('short')).rows).toEqual(rows);
  const other = runCommand(
    'compare',
    ...words('short', '--executor', 'inline', '--trials', '24', '--constraint', 'x > 0'),
  );
  await expect(other).rejects.toMatchObject({ code: 'STUDY_CHANGED', remedy: expect.stringContaining('--out') });
});

it('outlives killed workers and a killed coordinator through a folder', async () => {
  const box = join(folder, 'box');
  const where = `folder:${box}`;
  const [env, more] = [{ RUN_MS: '20' }, ['--trials', '24', '--executor', where]];
  let workers = [work(where, env), work(where, env)];
  const first = start(['compare', ...words('folder', ...more)], { SUPERSAM_LEASE_SECONDS: '3' });
  const results = () => (existsSync(join(box, 'taken')) ? readdirSync(join(box, 'taken')) : []);
  while (results().length === 0) await sleep(50);
  workers[0]?.kill('SIGKILL');
  while (!existsSync(database('folder')) || readNames('folder').length === 0) await sleep(100);
  first.kill('SIGKILL');
  await new Promise((resolve) => first.once('exit', resolve));
  workers[1]?.kill('SIGKILL');
  workers = [work(where, env)];
  process.env['SUPERSAM_LEASE_SECONDS'] = '3';
  try {
    await compare('folder', ...more);
  } finally {
    delete process.env['SUPERSAM_LEASE_SECONDS'];
  }
  await compare('undisturbed', '--trials', '24');
  expect(await found('folder')).toEqual(await found('undisturbed'));
});

const readNames = (out: string) => {
  const names = techniques[1]?.split(',').flatMap((name) => [`${name} seed 1`, `${name} seed 2`]) ?? [];
  return names.filter((name) => readHistory(database(out), name) !== undefined);
};

it.skipIf(!hasRedis)('runs its studies over BullMQ, and keeps the password to itself', async () => {
  const server = await startRedis();
  try {
    const where = `bullmq:redis://:${PASSWORD}@127.0.0.1:${server.port}`;
    work(where);
    await compare('queue', '--trials', '12', '--executor', where);
    await compare('local', '--trials', '12');
    expect(await found('queue')).toEqual(await found('local'));
    for (const file of readdirSync(join(folder, 'queue'))) {
      expect(readFileSync(join(folder, 'queue', file)).includes(PASSWORD), file).toBe(false);
    }
  } finally {
    await server.stop();
  }
});

it('names the runs that fail, and keeps the others', async () => {
  writeFileSync(join(folder, 'kill-2'), '');
  const run = runCommand(
    ...['compare', ...problem, '--trials', '5', '--out', join(folder, 'failing'), '--executor', 'processes:1'],
    ...['--techniques', 'random', '--attempts', '1'],
  );
  await expect(run).rejects.toThrow(/1 of 2 runs failed .*random seed \d: lost once/);
  const rows = async () => (await found('failing', 'random seed 2')).rows;
  expect(await rows()).toHaveLength(1);
  await runCommand(
    ...['compare', ...problem, '--trials', '5', '--out', join(folder, 'failing'), '--executor', 'processes:1'],
    ...['--techniques', 'random'],
  );
  expect(await rows()).toHaveLength(2);
});

it('stores only the study that was asked for', async () => {
  const name = 'random seed 1';
  await runCommand('compare', ...problem, '--trials', '5', '--out', join(folder, 'sent'), '--techniques', 'random');
  const parcel = packStudy(database('sent'), name);
  const path = join(folder, 'kept.db');
  openSqliteStore(path, { create: true }).close();
  const receive = (text: string, as = name) => receiveStudy(text, { path, name: as }, () => {});
  for (const wrong of ['', 'AAAA', Buffer.from('no gzip').toString('base64'), parcel.slice(0, parcel.length / 2)]) {
    expect(() => receive(wrong), wrong.slice(0, 8)).toThrow(expect.objectContaining({ code: 'STUDY_PARCEL' }));
  }
  expect(() => receive(parcel, 'random seed 2')).toThrow(/is not study "random seed 2"/);
  const refuse = () =>
    receiveStudy(parcel, { path, name }, () => {
      throw new Error('another');
    });
  expect(refuse).toThrow('another');
  expect(readHistory(path, name)).toBeUndefined();
  const { finished } = receive(parcel);
  expect(receive(parcel).finished).toEqual(finished);
  expect((readHistory(path, name) as StudyHistory).finished).toEqual(finished);
});
