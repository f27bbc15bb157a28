import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Importance } from '../../src/analysis/importance.js';
import type { StudyReport } from '../../src/analysis/study-summary.js';
import { importanceLines } from '../../src/cli/commands/importance.js';
import { studyLines } from '../../src/cli/commands/list.js';
import { reportLines } from '../../src/cli/commands/show.js';
import { readRecords } from '../../src/store/study-record.js';
import { runCommand } from './run-command.js';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/src/cli/main.js');
const assets = join(root, 'test/assets');
const folder = mkdtempSync(join(tmpdir(), 'supersam-ask-'));
const at = (name: string) => join(folder, name);
const db = at('s.db');
const problem = ['--space', `${assets}/small-space.json`, '--oracle', `table:${assets}/small-table.csv`];

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: folder });
  return { code: status, out: stdout, err: stderr };
}
const json = async <T>(...args: readonly string[]): Promise<T> =>
  JSON.parse((await runCommand(...args, '--json')).out) as T;

beforeAll(async () => {
  for (const [name, ...objectives] of [
    ['one', 'error:min'],
    ['two', 'error:min', 'mflops:min'],
  ] as const) {
    const named = objectives.flatMap((objective) => ['--objective', objective]);
    await runCommand(
      'search',
      ...problem,
      ...named,
      '--trials',
      '20',
      '--study',
      db,
      '--name',
      name,
      '--technique',
      'random',
    );
  }
});

describe('what a study is asked', () => {
  it('list: names, counts and bests of every database below a folder, passing over what is none', async () => {
    writeFileSync(at('no.db'), 'SQLite format 3\0 and then nothing of the kind');
    writeFileSync(at('text.db'), 'a text');
    const { out, err } = await runCommand('list', folder);
    const studies = JSON.parse(out) as Parameters<typeof studyLines>[0];
    expect(studies).toMatchObject([
      { db, name: 'one', trials: { complete: 19, infeasible: 1 }, technique: 'random', best: expect.any(Number) },
      { db, name: 'two', best: null },
    ]);
    expect(err).toMatch(/^passed over: .*no\.db/);
    expect(studyLines(studies)[1]).toMatch(/s\.db:one +19 complete, 1 infeasible +error:min +\d/);
    await expect(runCommand('list', at('no.db'))).rejects.toThrow(/database/);
    await expect(runCommand('list', at('none.db'))).rejects.toThrow(/there is no/);
  });

  it('show and best agree with the trials, and name the command that goes on', async () => {
    const report = await json<StudyReport>('show', `${db}:one`);
    const trials = await json<StudyReport['front']>('trials', db, '--study', 'one');
    const least = Math.min(...trials.map(({ values }) => values?.['error'] ?? Infinity));
    expect(report.best?.values).toEqual({ error: least });
    expect(await json('best', `${db}:one`)).toEqual([report.best]);
    expect(report.trials).toEqual({ complete: 19, infeasible: 1 });
    expect(report.status).toMatchObject({ state: 'stopped', detail: 'trials' });
    expect(report.resume).toMatch(/^supersam search --space \S+ .*--name one .*--resume$/);
    const lines = reportLines(report);
    for (const word of ['19 complete', 'width', 'seed 1', `error ${least}`, '--resume']) {
      expect(lines.join('\n')).toContain(word);
    }
    expect(reportLines(await json<StudyReport>('show', `${db}:two`)).join('\n')).toMatch(
      /front +\d+ trials, hypervolume/,
    );
  });

  it('search --json says what it came to', async () => {
    const named = [
      '--objective',
      'error:min',
      '--trials',
      '20',
      '--study',
      db,
      '--name',
      'one',
      '--technique',
      'random',
    ];
    const found = await json<{ front: unknown[] }>('search', ...problem, ...named, '--resume');
    const [best] = await json<StudyReport['front']>('best', `${db}:one`);
    const { number, configuration, values } = best ?? {};
    expect(found).toMatchObject({
      db,
      study: 'one',
      trials: 20,
      stopped: 'trials',
      front: [{ number, configuration, values }],
    });
  });

  it('trials --where keeps what meets a condition, in all three formats', async () => {
    const all = await json<StudyReport['front']>('trials', `${db}:two`);
    const wanted = all.filter(({ values, number }) => (values?.['error'] ?? 9) < 5 && number > 3);
    const where = ['--where', "error < 5 && number > 3 && state == 'complete'"];
    expect(await json('trials', `${db}:two`, ...where)).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(0);
    const { out } = await runCommand('trials', `${db}:two`, '--csv', ...where);
    expect(out.trim().split('\n')).toHaveLength(wanted.length + 1);
    await expect(runCommand('trials', `${db}:two`, '--where', 'eror < 1')).rejects.toThrow(/Did you mean "error"/);
  });

  it('importance gives shares for each objective and the front', async () => {
    const found = await json<Importance[]>('importance', `${db}:two`);
    expect(found.map(({ objective }) => objective)).toEqual(['error', 'mflops', 'front']);
    for (const { parameters } of found) {
      expect(parameters.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1);
    }
    expect((await json<Importance[]>('importance', `${db}:two`, '--method', 'fanova')).length).toBe(2);
    expect(importanceLines(found)[0]).toMatch(/^error \(ped-anova, \d+ trials\)$/);
  });

  it('reads alone: the file stays as it is', async () => {
    const before = readFileSync(db);
    for (const command of ['show', 'best', 'trials']) await runCommand(command, `${db}:one`);
    await runCommand('list', folder);
    expect(readFileSync(db)).toEqual(before);
  });
});

describe('what changes a study', () => {
  it('enqueue holds configurations to the space and to what was measured', async () => {
    const [first] = await json<StudyReport['front']>('trials', `${db}:one`);
    const { configuration } = first ?? {};
    await expect(runCommand('enqueue', `${db}:one`, JSON.stringify(configuration))).rejects.toThrow(
      /already, as trial 0/,
    );
    await expect(runCommand('enqueue', `${db}:one`, '{"widht": 3}')).rejects.toThrow(/Did you mean "width"/);
    await expect(runCommand('enqueue', `${db}:one`, '[{"width": 3}, 4]')).rejects.toThrow(/no.* JSON object|cannot be/);
  });

  it('enqueue, note, copy and delete do what they say, and go on with it', async () => {
    const copy = at('copy.db');
    await runCommand('copy', `${db}:one`, copy);
    await expect(runCommand('copy', `${db}:one`, copy)).rejects.toThrow(/holds a study "one" already/);
    const measured = new Set(
      (await json<StudyReport['front']>('trials', copy)).map((trial) => JSON.stringify(trial.configuration)),
    );
    const { out } = await runCommand('space', 'sample', `${assets}/small-space.json`, '--count', '200');
    const fresh = out
      .trim()
      .split('\n')
      .filter((line) => !measured.has(line))
      .slice(0, 1);
    writeFileSync(at('next.json'), `[${fresh.join(',')}]`);
    expect((await runCommand('enqueue', copy, at('next.json'))).out).toContain('1 enqueued');
    await runCommand('note', copy, 'the first', '--trial', '0');
    expect(await json<StudyReport>('show', copy)).toMatchObject({
      trials: { complete: 19, enqueued: 1 },
      notes: [{ number: 0, text: 'the first' }],
    });
    await runCommand(
      'search',
      ...problem,
      '--objective',
      'error:min',
      '--trials',
      '22',
      '--study',
      copy,
      '--name',
      'one',
      '--technique',
      'random',
      '--resume',
    );
    const next = (await json<StudyReport['front']>('trials', copy, '--where', "technique == 'enqueued'")) ?? [];
    expect(next.map(({ configuration, number }) => [JSON.stringify(configuration), number])).toEqual([[fresh[0], 20]]);
    await expect(runCommand('delete', `${copy}:one`)).rejects.toThrow(/would delete study "one"/);
    await runCommand('delete', `${copy}:one`, '--yes');
    expect(JSON.parse((await runCommand('list', copy)).out)).toEqual([]);
  });

  it('a search that runs measures what is enqueued from beside', async () => {
    const live = at('live.db');
    writeFileSync(
      at('slow.mjs'),
      'export default async ({ configuration }) => { await new Promise((r) => setTimeout(r, 40)); return { error: configuration.x }; };',
    );
    writeFileSync(at('line.json'), '{"name":"line","parameters":[{"name":"x","type":"integer","min":0,"max":100000}]}');
    const args = [
      'search',
      '--space',
      at('line.json'),
      '--oracle',
      `module:${at('slow.mjs')}`,
      '--objective',
      'error:min',
      '--trials',
      '400',
    ];
    const search = spawn(process.execPath, [main, ...args, '--study', live, '--technique', 'random'], {
      stdio: 'ignore',
    });
    try {
      const count = () => {
        try {
          using reader = readRecords(live);
          return reader.read('study')?.finished.length ?? 0;
        } catch {
          return 0;
        }
      };
      while (count() < 3 && search.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
      const { code, out } = run('enqueue', live, '{"x": 77777}', '--json');
      expect([code, JSON.parse(out)]).toEqual([0, { db: live, study: 'study', enqueued: [{ x: 77777 }] }]);
      const shown = () =>
        JSON.parse(run('trials', live, '--json', '--where', "technique == 'enqueued'").out) as StudyReport['front'];
      while (shown()[0]?.state !== 'complete' && search.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(shown()).toMatchObject([{ values: { error: 77777 } }]);
      const report = JSON.parse(run('show', live).out) as StudyReport;
      expect(report.status.state).toBe('running');
      expect(run('delete', `${live}:study`, '--yes')).toMatchObject({
        code: 1,
        err: expect.stringContaining('being written to'),
      });
    } finally {
      search.kill('SIGTERM');
      await once(search, 'exit');
    }
  }, 60_000);
});

describe('exit codes of the built program', () => {
  it('0, 1, 2 and 3, each with advice', () => {
    expect(run('list', folder).code).toBe(0);
    expect(run('show', at('none.db'))).toMatchObject({ code: 1, out: '' });
    expect(run('best', `${db}:tow`)).toMatchObject({ code: 1, err: expect.stringContaining('Did you mean "two"?') });
    expect(run('show', db)).toMatchObject({
      code: 2,
      err: expect.stringContaining('choose one by its name: one, two'),
    });
    expect(run('delete', `${db}:one`)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(run('trials', `${db}:one`, '--csv', '--json').code).toBe(2);
    copyFileSync(db, at('empty.db'));
    const failing = ['search', '--space', `${assets}/small-space.json`, '--oracle', 'command:false'];
    expect(run(...failing, '--objective', 'error:min', '--trials', '2', '--study', at('failing.db')).code).toBe(3);
    expect(run('best', at('failing.db'))).toMatchObject({ code: 3, out: '[]\n' });
    expect(run('trials', at('failing.db'), '--where', "failure == 'runtime'", '--json').out).toContain('"message"');
  });
});
