import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.js';

const assets = join(import.meta.dirname, '../assets');
const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'supersam-verify-'));
const db = join(folder, 'study.db');
const table = `table:${assets}/small-table.csv`;
const search = (...more: string[]) =>
  runCommand(
    ...['search', '--space', `${assets}/small-space.json`, '--oracle', table, '--study', db],
    ...['--objective', 'error:min', '--objective', 'mflops:min', '--trials', '16', ...more],
  );

interface Said {
  readonly faulty: boolean;
  readonly replayed: boolean;
  readonly checks: readonly {
    readonly check: string;
    readonly verdict: string;
    readonly what: string;
    readonly faults: readonly { readonly trial: number | null; readonly what: string }[];
  }[];
}

/** The exit code of the built program, and what it said. */
function verify(file: string, ...more: string[]): { readonly code: number | null; readonly said: Said; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'verify', file, '--json', ...more], {
    encoding: 'utf8',
  });
  return {
    code: status,
    said: stdout === '' ? { faulty: true, replayed: false, checks: [] } : JSON.parse(stdout),
    err: stderr,
  };
}
const faultsOf = ({ checks }: Said) => checks.flatMap(({ faults }) => faults);

function changed(...statements: string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'supersam-changed-')), 's.db');
  copyFileSync(db, file);
  const raw = new Database(file);
  for (const statement of statements) expect(raw.prepare(statement).run().changes).toBeGreaterThan(0);
  raw.close();
  return file;
}

beforeAll(async () => {
  for (const technique of ['random', 'tpe'])
    await search('--technique', technique, '--name', technique, '--workers', '2');
  // One file, nothing beside it.
  const raw = new Database(db);
  raw.pragma('journal_mode = DELETE');
  raw.close();
});

describe('supersam verify', () => {
  it('proves a search, on a file that cannot be written, and measures again', () => {
    chmodSync(db, 0o444);
    chmodSync(folder, 0o555);
    const before = readFileSync(db);
    const { code, said } = verify(`${db}:tpe`, '--oracle', table, '--remeasure', '5');
    expect(said.checks.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual(
      ['record', 'settings', 'space', 'oracle', 'trials', 'search', 'values'].map((check) => `${check} proven`),
    );
    expect({ code, replayed: said.replayed }).toEqual({ code: 0, replayed: true });
    expect(readFileSync(db).equals(before)).toBe(true);
    chmodSync(folder, 0o755);
    chmodSync(db, 0o644);
  });

  it('measures nothing and opens nothing that it was not told to', () => {
    const { code, said } = verify(`${db}:random`);
    expect(said.checks.filter(({ verdict }) => verdict === 'unproven').map(({ check }) => check)).toEqual([
      'oracle',
      'values',
    ]);
    expect(code).toBe(0);
  });

  const study = (name: string) => `study_id = (SELECT id FROM study WHERE name = '${name}')`;
  it.each([
    ['a value', `UPDATE trial_value SET value = value + 0.5 WHERE number = 9 AND position = 0 AND ${study('random')}`],
    [
      'a metric',
      `UPDATE trial_metric SET value = value * 2 WHERE number = 9 AND metric = 'mflops' AND ${study('random')}`,
    ],
    ['an improvement', `UPDATE trial SET improvement = 0.77 WHERE number = 9 AND ${study('random')}`],
    [
      'a configuration',
      `UPDATE trial SET configuration = replace(configuration, '"o', '"x') WHERE number = 9 AND ${study('random')}`,
    ],
    ['an author', `UPDATE trial SET technique = 'tpe' WHERE number = 9 AND ${study('random')}`],
    ['a state', `UPDATE trial SET state = 'infeasible' WHERE number = 9 AND ${study('random')}`],
    ['a duration', `UPDATE trial SET seconds = 99 WHERE number = 9 AND ${study('random')}`],
    ['a step', `UPDATE trial SET told_step = 1000 WHERE number = 9 AND ${study('random')}`],
    ['a seal', `UPDATE trial SET seal = NULL WHERE number = 9 AND ${study('random')}`],
    ['a trial, removed', `DELETE FROM trial WHERE number = 9 AND ${study('random')}`],
  ])('finds and locates a change of %s', (_, statement) => {
    const { code, said, err } = verify(`${changed(statement)}:random`);
    expect(code).toBe(1);
    expect(faultsOf(said).map(({ trial }) => trial)).toContain(9);
    expect(err).toContain('not what a search left behind');
  });

  it('finds that the last trials were removed, and a value removed', () => {
    const cut = changed(`DELETE FROM trial WHERE completion >= 14 AND ${study('random')}`);
    expect(verify(`${cut}:random`)).toMatchObject({ code: 1, said: { replayed: false } });
    const lacking = changed(`DELETE FROM trial_value WHERE number = 9 AND position = 1 AND ${study('random')}`);
    expect(verify(`${lacking}:random`)).toMatchObject({ code: 1, err: expect.stringContaining('trial 9') });
  });

  it.each([
    ['seed', "UPDATE study SET seed = 2 WHERE name = 'random'"],
    ['technique', "UPDATE study SET technique = 'tpe' WHERE name = 'random'"],
    ['constraints', `UPDATE study SET constraints = '["error <= 5"]' WHERE name = 'random'`],
    ['table', `UPDATE study SET fingerprint = '{"table":"0"}' WHERE name = 'random'`],
    ['objectives', `UPDATE objective SET direction = 'max' WHERE position = 1 AND ${study('random')}`],
    ['begun by', "UPDATE study SET version = '0.1.0', generation = 1 WHERE name = 'random'"],
  ])('finds a changed %s', (what, statement) => {
    const { code, said } = verify(`${changed(statement)}:random`);
    expect(code).toBe(1);
    expect(said.checks.find(({ check }) => check === 'settings')?.faults[0]?.what).toContain(what);
  });

  it('finds a value that was forged together with the seals, where it is measured again', () => {
    const raw = new Database(db, { readonly: true });
    const number = raw
      .prepare(`SELECT max(number) FROM trial_value WHERE ${study('tpe')}`)
      .pluck()
      .get() as number;
    raw.close();
    const forged = changed(
      `UPDATE trial_value SET value = value + 0.25 WHERE position = 0 AND number = ${number} AND ${study('tpe')}`,
      `UPDATE trial_metric SET value = value + 0.25 WHERE metric = 'error' AND number = ${number} AND ${study('tpe')}`,
      "UPDATE study SET sealed = NULL WHERE name = 'tpe'",
      `UPDATE trial SET seal = NULL WHERE ${study('tpe')}`,
    );
    const { code, said } = verify(`${forged}:tpe`, '--oracle', table, '--remeasure', '16');
    expect(code).toBe(1);
    expect(said.checks.find(({ check }) => check === 'values')?.faults).toEqual([
      { trial: number, what: expect.stringContaining('when measured again') },
    ]);
  });

  it('finds another table and another space', () => {
    const other = join(folder, 'other.csv');
    const text = readFileSync(`${assets}/small-table.csv`, 'utf8').trimEnd();
    writeFileSync(other, `${text}\n`.replace(/(\d)\.(\d)/, '$1.9$2'));
    const { code, said } = verify(`${db}:random`, '--oracle', `table:${other}`);
    expect(code).toBe(1);
    expect(said.checks.find(({ check }) => check === 'oracle')?.faults[0]?.what).toMatch(/^oracle table: /);
    const wider = join(folder, 'wider.json');
    const space = JSON.parse(readFileSync(`${assets}/small-space.json`, 'utf8')) as { parameters: object[] };
    writeFileSync(
      wider,
      JSON.stringify({ ...space, parameters: [...space.parameters, { name: 'z', type: 'boolean' }] }),
    );
    const another = verify(`${db}:random`, '--space', wider);
    expect(another.code).toBe(1);
    expect(another.said.checks.find(({ check }) => check === 'space')?.faults[0]?.what).toContain('space z: absent');
  });

  it.each(['data/demo/nuclei.db', 'results/full/study.db'])('proves %s, which is published', (published) => {
    // Whoever changes the traces runs quickstart and full again and puts their studies there.
    const { said } = verify(join(assets, '../..', published));
    const proven = said.checks.flatMap(({ check, verdict }) => (verdict === 'proven' ? [check] : []));
    expect(proven).toEqual(expect.arrayContaining(['record', 'space', 'trials', 'search']));
  });

  it.each([1, 2, 3])('says what it cannot prove of a study of schema %d', (schema) => {
    const file = join(folder, `old-${schema}.db`);
    copyFileSync(join(assets, `study-schema-${schema}.db`), file);
    const { code, said } = verify(file, '--space', `${assets}/small-space.json`);
    const of = (name: string) => said.checks.find(({ check }) => check === name);
    expect(of('record')).toMatchObject({ verdict: 'unproven', what: expect.stringContaining('carry no seal') });
    // They are of earlier generations: the search itself cannot be replayed.
    expect({ code, search: of('search')?.verdict }).toEqual({ code: 4, search: 'unproven' });
    expect(verify(file)).toMatchObject({ code: 4 });
  });
});

describe('an imported study', () => {
  it.each([
    ['optuna', 'optuna/study.db', 'smooth', []],
    ['opentuner', 'opentuner/study.db', 'demo', ['--objective', 'time:min']],
    ['kernel-tuner', 'kernel-tuner/cache.json', 'cache', ['--objective', 'time:min']],
  ])('of %s was not searched here, which is said, and holds together', async (program, file, name, objective) => {
    const imported = join(folder, `${program}.db`);
    await runCommand('import', `${assets}/${file}`, '--to', imported, ...objective);
    const { code, said } = verify(`${imported}:${name}`);
    expect(code).toBe(4);
    expect(said.checks.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
      ...['record proven', 'settings proven', 'space proven', 'source unproven', 'trials proven'],
      ...['search unproven', 'values unproven'],
    ]);
    const what = (check: string) => said.checks.find((one) => one.check === check)?.what;
    expect(what('settings')).toContain(`imported from ${program}`);
    const bytes = readFileSync(`${assets}/${file}`);
    expect(what('source')).toContain(createHash('sha256').update(bytes).digest('hex'));
    expect(what('search')).toMatch(new RegExp(`^${program} searched, not supersam`));
    const raw = new Database(imported);
    const [number] = raw
      .prepare('SELECT number FROM trial WHERE state = ? ORDER BY number DESC')
      .raw()
      .get('complete') as [number];
    raw.prepare('UPDATE trial_value SET value = value + 1 WHERE number = ?').run(number);
    raw.close();
    const after = verify(`${imported}:${name}`);
    expect(after.code).toBe(1);
    expect(faultsOf(after.said).map(({ trial }) => trial)).toContain(number);
  });
});
