import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeAll, expect, it } from 'vitest';
import { runJobs } from '../../src/compare/run-jobs.js';
import type { StoredStudy } from '../../src/core/store.js';
import { openSqliteStore, readStudies } from '../../src/store/sqlite.js';
import { runCommand } from './run-command.js';

/** What the command prints on standard output. */
const compare = async (...args: string[]): Promise<string> => (await runCommand('compare', ...args)).out;

const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
const worker = join(import.meta.dirname, '../../dist/src/cli/compare-worker.js');
const axis = [0, 1, 2, 3, 4, 5, 6];
const folder = mkdtempSync(join(tmpdir(), 'supersam-compare-'));
const space = join(folder, 'space.json');
const table = join(folder, 'table.csv');
const problem = ['--space', space, '--oracle', `table:${table}`];
/** 540 trials in all: three techniques, three seeds. */
const two = [...problem, '--objective', 'error:min', '--objective', 'cost:min', '--seeds', '3', '--trials', '60'];
const techniques = ['--techniques', 'random,greedy-mutation:kind=normal,rate=0.3,bandit'];

beforeAll(() => {
  const parameters = ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'ordinal', choices: axis }));
  writeFileSync(space, JSON.stringify({ name: 'bowl', parameters }));
  const rows = axis.flatMap((a) => axis.flatMap((b) => axis.flatMap((c) => axis.map((d) => [a, b, c, d] as const))));
  const line = (row: readonly [number, number, number, number]) => {
    const [a, b, c, d] = row;
    const error = 1 + (a - 4) ** 2 + 2 * (b - 4) ** 2 + 3 * (c - 2) ** 2 + d;
    return [...row, error, a + b + c + 6 - d, a === 0 ? 'infeasible' : 'complete'].join(',');
  };
  writeFileSync(table, ['a,b,c,d,error,cost,state', ...rows.map(line), ''].join('\n'));
});

it('gives the same comparison after a kill as without', async () => {
  const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
  await compare(...two, ...techniques, '--out', whole);
  expect(await killAt(120, [...two, ...techniques, '--out', killed])).toBeNull();
  const before = finishedTrials(killed);
  expect(before).toBeGreaterThanOrEqual(120);
  expect(before).toBeLessThan(540);
  await compare(...two, ...techniques, '--out', killed);
  expect(comparison(killed)).toEqual(comparison(whole));

  const { rows, summary, optimum, reference } = comparison(whole);
  expect(rows).toHaveLength(9);
  expect(Object.keys(rows[0].at)).toEqual(['50', '60']);
  expect(reference).toHaveLength(2);
  for (const { at } of rows) expect(at['60']).toBeLessThanOrEqual(optimum);
  const names = summary.techniques.map(({ technique }: { technique: string }) => technique);
  expect(names.sort()).toEqual(['bandit', 'greedy-mutation:kind=normal,rate=0.3', 'random']);
  // A seventh of the table is infeasible, and random search meets about as much.
  const random = rows.filter(({ technique }: { technique: string }) => technique === 'random');
  for (const { infeasibleShare, illegalShare } of random) {
    expect(illegalShare).toBe(0);
    expect(infeasibleShare).toBeGreaterThan(0);
    expect(infeasibleShare).toBeLessThan(0.35);
  }
}, 300_000);

it('adds seeds and other tools to what is there', async () => {
  const out = join(folder, 'more');
  const one = [...problem, '--objective', 'error:min', '--trials', '50', '--techniques', 'random', '--out', out];
  await compare(...one, '--seeds', '1');
  const before = comparison(out).rows;
  const peers = join(folder, 'peers.json');
  const peer = { technique: 'other', seed: 1, improvements: [[3, 1]], illegalShare: 0.5, repeatedShare: 0 };
  const file = { objectives: ['error:min'], reference: null, trials: 50, rows: [{ ...peer, engineSeconds: 1 }] };
  writeFileSync(peers, JSON.stringify(file));
  const table = await compare(...one, '--seeds', '2', '--peers', peers);
  const { rows, summary } = comparison(out);
  expect(rows.slice(0, 1)).toEqual(before);
  expect(rows[2]).toMatchObject({ technique: 'other', at: { '50': 1 } });
  expect(summary.techniques[0]).toMatchObject({ technique: 'other', seeds: 1 });
  expect(table.split('\n')[0]).toMatch(/^technique +seeds +score/);
  expect(readFileSync(join(out, 'comparison.csv'), 'utf8').split('\n')).toHaveLength(5);
  // Another problem's runs do not belong in that folder.
  const other = compare(...problem, '--objective', 'cost:min', ...one.slice(6), '--seeds', '1');
  await expect(other).rejects.toMatchObject({ code: 'STUDY_CHANGED', remedy: expect.stringContaining('--out') });
}, 200_000);

it('ends on request without a loss', async () => {
  const database = join(folder, 'stopped.db');
  openSqliteStore(database, { create: true }).close();
  const stop = new AbortController();
  const workerData = {
    options: { space, oracle: `table:${table}` },
    problem: { objectives: [{ metric: 'error', direction: 'min' }], reference: null, trials: 2000 },
    database,
  };
  const run = runJobs({
    jobs: [{ technique: 'bandit', seed: 1 }],
    ...{ workers: 1, trials: 2000, signal: stop.signal },
    onProgress: (done) => done >= 20 && stop.abort(),
    startWorker: (flag) => new Worker(worker, { execArgv: [], workerData: { ...workerData, stop: flag } }),
  });
  await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  const store = openSqliteStore(database);
  const { finished, open, definition } = store.read('bandit seed 1') as StoredStudy;
  expect(finished.length).toBeGreaterThanOrEqual(20);
  expect(finished.length).toBeLessThan(2000);
  expect(open).toEqual([]);
  // Nobody holds it any more.
  store.claim(definition, {}).release();
  store.close();
}, 200_000);

it.each([
  [['--techniques', 'rndom'], /unknown technique "rndom"/],
  [['--techniques', 'random', '--reference', '20'], /1 values for 2 objectives/],
  [['--techniques', 'random', '--peers', 'none.json'], /cannot read none.json/],
  [['--techniques', 'random', '--trials', '0'], /a whole number from 1 to/],
  [['--techniques', ','], /names none/],
])('refuses %j', async (more, message) => {
  await expect(compare(...two, '--out', join(folder, 'refused'), ...more)).rejects.toThrow(message);
});

/** Runs the command in a process of its own and kills that once so many trials are stored; null says it was killed. */
function killAt(trials: number, args: readonly string[]): Promise<number | null> {
  const out = args.at(-1) as string;
  const child = spawn(process.execPath, [main, 'compare', ...args], { stdio: 'ignore' });
  const timer = setInterval(() => finishedTrials(out) >= trials && child.kill('SIGKILL'), 10);
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearInterval(timer);
      resolve(code);
    }),
  );
}

function finishedTrials(out: string): number {
  try {
    const store = readStudies(join(out, 'comparison.db'));
    const count = store.names().reduce((sum, name) => sum + (store.read(name)?.finished.length ?? 0), 0);
    store.close();
    return count;
  } catch {
    return 0;
  }
}

/** comparison.json without the times, the one thing that differs between runs. */
function comparison(out: string) {
  const drop = (key: string, value: unknown) => (key.startsWith('engineSeconds') ? undefined : value);
  return JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8'), drop);
}
