import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { parquetReadObjects } from 'hyparquet';
import { expect, it } from 'vitest';
import type { TrialRecord } from '../../src/analysis/trial-record.js';
import { readCsv } from '../../src/base/csv.js';
import { runCommand } from './run-command.js';

const assets = join(import.meta.dirname, '../assets');
const optuna = join(assets, 'optuna/study.db');
const cache = join(assets, 'kernel-tuner/cache.json');
const folder = mkdtempSync(join(tmpdir(), 'supersam-import-'));
const at = (name: string) => join(folder, name);
const trials = async (spec: string) => JSON.parse((await runCommand('trials', spec, '--json')).out) as TrialRecord[];

it('imports a database of Optuna: shown, ranked, and the beginning of a new search', async () => {
  const db = at('optuna-here.db');
  const { out, err } = await runCommand('import', optuna, '--to', db, '--study', 'mixed', '--study', 'pair', '--json');
  expect(JSON.parse(out)).toEqual({
    db,
    studies: [
      { study: 'mixed', trials: 80, repeats: 0 },
      { study: 'pair', trials: 60, repeats: 0 },
    ],
  });
  expect(err).toContain('parameter "learning rate" is called learning_rate here');
  const shown = JSON.parse((await runCommand('show', `${db}:mixed`)).out) as { resume: string; notes: unknown[] };
  expect(shown.notes).toHaveLength(1);
  expect(shown.resume).toContain(`--warm-start ${db}:mixed`);
  await expect(runCommand('import', optuna, '--to', db)).rejects.toThrow(/holds a study "mixed" already/);
  await expect(runCommand('import', optuna, '--to', db, '--name', 'x')).rejects.toThrow(/--name is for one study/);
  const smooth = {
    name: 'smooth',
    parameters: ['a', 'b', 'd'].map((name) => ({ name, type: 'float', min: 0, max: 1 })),
  };
  smooth.parameters.push({ name: 'c', type: 'integer', min: 0, max: 9 });
  writeFileSync(at('smooth.json'), JSON.stringify(smooth));
  writeFileSync(at('smooth.mjs'), 'export default ({ configuration: { a, b } }) => ({ value: 3 * a + 2 * b });');
  await runCommand('import', optuna, '--to', db, '--study', 'smooth', '--name', 'before');
  const search = [
    'search',
    '--space',
    at('smooth.json'),
    '--oracle',
    `module:${at('smooth.mjs')}`,
    '--objective',
    'value:max',
  ];
  await runCommand(...search, '--trials', '3', '--study', at('next.db'), '--warm-start', `${db}:before`);
  expect((await trials(at('next.db'))).filter(({ technique }) => technique === 'warm-start')).toHaveLength(200);
}, 30_000);

it('imports a run of OpenTuner, what it measured twice once', async () => {
  const { out } = await runCommand('import', join(assets, 'opentuner/study.db'), '--to', at('ot.db'), '--json');
  const [{ trials: stored, repeats }] = (JSON.parse(out) as { studies: [{ trials: number; repeats: number }] }).studies;
  const whole = JSON.parse(readFileSync(join(assets, 'opentuner/trials.json'), 'utf8')) as { trials: unknown[] };
  expect(stored + repeats).toBe(whole.trials.length);
  expect(await trials(at('ot.db'))).toHaveLength(stored);
});

it('imports what Kernel Tuner measured', async () => {
  await runCommand('import', cache, '--to', at('kernel.db'));
  expect(await trials(at('kernel.db'))).toMatchObject([
    { configuration: { bx: 16, by: 1 }, values: { time: 3.5 }, seconds: 1.12 },
    { configuration: { bx: 16, by: 2 }, values: { time: 4.5 } },
  ]);
  const failed = join(assets, 'kernel-tuner/failed-t4.json');
  await runCommand('import', failed, '--to', at('kernel.db'), '--name', 'failed');
  expect((await trials(`${at('kernel.db')}:failed`)).some(({ failure }) => failure !== null)).toBe(true);
  await expect(runCommand('import', cache, '--to', at('k.db'), '--objective', 'speed:max')).rejects.toThrow(
    /no metric "speed"/,
  );
  await expect(runCommand('import', join(assets, 'small-space.json'), '--to', at('k.db'))).rejects.toThrow(
    /no results of Kernel Tuner/,
  );
  await expect(runCommand('import', at('none.json'), '--to', at('k.db'))).rejects.toThrow(/there is no file/);
});

it('says what a file is that no program wrote whose studies are taken over', async () => {
  const own = join(assets, 'study-schema-7.db');
  const other = at('other.db');
  const database = new Database(other);
  database.exec('CREATE TABLE run (x)');
  database.close();
  const content = (name: string, bytes: string | Uint8Array) => {
    writeFileSync(at(name), bytes);
    return at(name);
  };
  for (const [file, message, remedy] of [
    [own, /is a supersam database already$/, /supersam show/],
    [other, /no database of Optuna/, /its tables are run$/],
    [content('empty.db', ''), /is empty$/, /copy the file again/],
    [content('cut.db', readFileSync(optuna).subarray(0, 100)), /it is damaged/, /restore it/],
    [content('runs.csv', 'x,loss\n1,2\n'), /neither a database nor JSON/, /--oracle table:FILE`$/],
    [content('runs.json', '[{"x": 1}]'), /no results of Kernel Tuner/, /--oracle table:FILE`$/],
  ] as const) {
    await expect(runCommand('import', file, '--to', at('no.db')), file).rejects.toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  }
  await expect(runCommand('show', folder)).rejects.toThrow(/: it is a folder$/);
});

it('exports the same trials as CSV, JSON and Parquet, inactive parameters and failures as nothing', async () => {
  const db = at('all.db');
  await runCommand('import', optuna, '--to', db, '--study', 'mixed');
  for (const ending of ['csv', 'json', 'parquet']) await runCommand('export', db, '--output', at(`all.${ending}`));
  const json = JSON.parse(readFileSync(at('all.json'), 'utf8')) as TrialRecord[];
  const bytes = readFileSync(at('all.parquet'));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const parquet = await parquetReadObjects({ file });
  const [header = [], ...rows] = readCsv(readFileSync(at('all.csv'), 'utf8'));
  expect([parquet.length, rows.length]).toEqual([json.length, json.length]);
  for (const [i, trial] of json.entries()) {
    const { number, state, configuration, metrics, seconds, failure } = trial;
    const told = { value: metrics?.['value'] ?? null, parameters: metrics?.['parameters'] ?? null };
    const own = { number, state, decay: null, ...configuration, ...told, seconds, failure: failure?.kind ?? null };
    expect(parquet[i]).toMatchObject(own);
    expect(parquet[i]?.['finished']).toEqual(new Date(trial.finishedAt ?? 0));
    const row = Object.fromEntries(header.map((name, column) => [name, rows[i]?.[column]]));
    for (const [name, value] of Object.entries(own)) expect(row[name]).toBe(value === null ? '' : String(value));
  }
  await expect(runCommand('export', db, '--output', at('all.csv'))).rejects.toThrow(/there already/);
  await expect(runCommand('export', db, '--output', at('all.xls'))).rejects.toThrow(/process|exit|end in/i);
});

it('exports every column under a name of its own', async () => {
  const db = at('names.db');
  writeFileSync(
    at('n.json'),
    JSON.stringify({ name: 'n', parameters: [{ name: 'x', type: 'integer', min: 1, max: 2 }] }),
  );
  writeFileSync(
    at('n.mjs'),
    'export default ({ configuration: { x } }) => ({ error: x, x: 7, number: 8, seconds: 9 });',
  );
  const oracle = `module:${at('n.mjs')}`;
  const options = ['--oracle', oracle, '--objective', 'error:min', '--trials', '2', '--technique', 'random'];
  await runCommand('search', '--space', at('n.json'), ...options, '--study', db);
  await runCommand('export', db, '--output', at('n.csv'));
  const [header = [], ...rows] = readCsv(readFileSync(at('n.csv'), 'utf8'));
  expect(new Set(header).size).toBe(header.length);
  const column = (name: string) => rows.map((row) => row[header.indexOf(name)]);
  expect(column('x').sort()).toEqual(['1', '2']);
  expect(column('metric_x')).toEqual(['7', '7']);
  expect(column('metric_number')).toEqual(['8', '8']);
  expect(column('metric_seconds')).toEqual(['9', '9']);
});

it('imports every study of a journal of Optuna in which something has finished, and names the others', async () => {
  const journal = join(assets, 'optuna/storage-5.0.journal');
  const { out, err } = await runCommand('import', journal, '--to', at('journal.db'), '--json');
  const { studies } = JSON.parse(out) as { studies: { study: string }[] };
  expect(studies.map(({ study }) => study)).toEqual(['every "kind" é 漢', 'several', 'growing', 'added']);
  expect(err).toContain('empty: left out, no trial of it has finished');
  await expect(runCommand('import', journal, '--to', at('none.db'), '--study', 'empty')).rejects.toThrow(
    /"empty" has no finished trial/,
  );
  await expect(runCommand('import', journal, '--to', at('none.db'), '--objective', 'value:min')).rejects.toThrow(
    /a journal says what it optimised/,
  );
});
