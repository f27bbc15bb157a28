import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from './run-command.js';

/** What the command prints on standard output. */
const run = async (...args: string[]): Promise<string> => (await runCommand(...args)).out;

const assets = join(import.meta.dirname, '../assets');
const newDatabase = () => join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db');
const search = (db: string, ...more: string[]) =>
  run(
    ...['search', '--space', `${assets}/small-space.json`, '--oracle', `table:${assets}/small-table.csv`],
    ...['--objective', 'error:min', '--objective', 'mflops:min', '--study', db, ...more],
  );

it('gives identical trial tables for the same seed, and after a resume', async () => {
  const [whole, again, parts] = [newDatabase(), newDatabase(), newDatabase()];
  await search(whole, '--trials', '14', '--seed', '3');
  await search(again, '--trials', '14', '--seed', '3');
  await search(parts, '--trials', '5', '--seed', '3');
  await search(parts, '--trials', '14', '--seed', '3', '--resume');
  const table = await run('trials', whole, '--csv');
  expect(table.split('\n')[0]).toBe('number,technique,state,depth,mode,width,error,mflops');
  expect(table.trim().split('\n')).toHaveLength(15);
  expect(await run('trials', again, '--csv')).toBe(table);
  expect(await run('trials', parts, '--csv')).toBe(table);
});

it('ends with the space and holds to constraints', async () => {
  const db = newDatabase();
  const report = await search(db, '--trials', '999', '--constraint', 'width <= 512', '--constraint', "mode == 'on'");
  expect(report).toMatch(/^8 trials .*stopped by exhausted/);
  expect(await run('trials', db)).not.toMatch(/1024|off/);
});

it('keeps to the limit that the quickest trial set when it resumes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-'));
  const [oracle, space, db] = ['oracle.mjs', 'space.json', 'study.db'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const parameters = [{ name: 'x', type: 'integer', min: 0, max: 9 }];
  writeFileSync(space, JSON.stringify({ name: 'line', parameters }));
  // The first trial takes a moment; all others would never end by themselves.
  writeFileSync(
    oracle,
    `export default ({ trial, signal }) => new Promise((resolve, reject) => {
      if (trial === 0) setTimeout(() => resolve({ error: 1 }), 20);
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });`,
  );
  const study = ['search', '--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min', '--study', db];
  await run(...study, '--timeout-factor', '10', '--trials', '1');
  await run(...study, '--timeout-factor', '10', '--trials', '3', '--resume');
  const states = (await run('trials', db, '--csv')).trim().split('\n').slice(1);
  expect(states.map((line) => line.split(',')[2])).toEqual(['complete', 'failed', 'failed']);
});

it.each([
  [['--technique', 'rndom'], /unknown technique/],
  [['--objective', 'eror:min'], /does not measure "eror"/],
  [['--oracle', 'tabel:x'], /no kind of oracle "tabel". Did you mean "table"/],
  [['--constraint', 'width > 5000'], /./],
])('refuses %j', async (more, message) => {
  await expect(search(newDatabase(), '--trials', '3', ...more)).rejects.toThrow(message);
});
