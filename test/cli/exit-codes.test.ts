import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/src/cli/main.js');
const assets = join(root, 'test/assets');
const folder = mkdtempSync(join(tmpdir(), 'supersam-codes-'));
const at = (name: string) => join(folder, name);

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: folder });
  return { code: status, out: stdout, err: stderr };
}
const table = ['--space', `${assets}/small-space.json`, '--oracle', `table:${assets}/small-table.csv`];
const search = (db: string, ...more: string[]) =>
  run('search', ...table, '--objective', 'error:min', '--study', at(db), ...more);

writeFileSync(
  at('bad.mjs'),
  "export default () => { throw new Error('cannot open the file\\nsecond line \\x1b[31m'); };",
);
const failing = ['search', '--space', `${assets}/small-space.json`, '--oracle', `module:${at('bad.mjs')}`];

describe('exit codes of the built program', () => {
  it('0: done, with numbers that can be read', () => {
    const { code, out } = search('done.db', '--trials', '5');
    expect(code).toBe(0);
    expect(out).not.toMatch(/\d\.\d{7}/);
    for (const args of [['--help'], ['--version'], ['search', '--help'], ['help', 'space']])
      expect(run(...args).code).toBe(0);
  });

  it('1: it could not be done, and standard output that cannot be written is such a case', () => {
    expect(run('trials', at('none.db'))).toMatchObject({ code: 1, out: '' });
    search('full.db', '--trials', '2');
    for (const args of [['trials', at('full.db')], ['--help'], ['search', '--help']]) {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stderr).toMatch(/^supersam: cannot write to standard output: [^\n]*\n$/);
    }
  });

  it.each([
    [['serch'], 'Did you mean search?'],
    [['search', ...table, '--objective', 'error:min', '--study', 's.db', '--trails', '3'], 'Did you mean --trials?'],
    [['space', 'chek', 's'], 'Did you mean check?'],
    [['search', ...table, '--objective', 'error:min', '--study', 'budget.db'], '--trials'],
    [
      ['search', ...table, '--objective', 'error:min', '--study', 't.db', '--trials', '3', '--technique', 'randm'],
      'Did you mean "random"?',
    ],
    [['search', ...table, '--objective', 'error:min', '--study', 'n.db', '--trials', '3', '--name', ''], 'not empty'],
    [
      ['search', ...table, '--objective', 'error:min', '--study', 'n.db', '--trials', '3', '--name', 'a\x1b[31m'],
      'without control',
    ],
    [['search', ...table, '--objective', 'eror:min', '--study', 'm.db', '--trials', '3'], 'it measures: error, mflops'],
  ])('2: %j says what was meant', (args, advice) => {
    const { code, err } = run(...args);
    expect(code).toBe(2);
    expect(err).toContain(advice);
    expect(err).not.toMatch(/\n {4}at /);
    expect(err).not.toContain('\x1b');
    // A command that failed leaves no database behind.
    for (const db of ['s.db', 'budget.db', 't.db', 'n.db', 'm.db']) expect(existsSync(at(db))).toBe(false);
  });

  it('2: a study is no file that is read or kept for another end', () => {
    const space = at('space.json');
    writeFileSync(space, readFileSync(`${assets}/small-space.json`));
    const args = [
      'search',
      '--space',
      space,
      ...table.slice(2),
      '--objective',
      'error:min',
      '--trials',
      '2',
      '--study',
      space,
    ];
    expect(run(...args).code).toBe(2);
    expect(readFileSync(space)).toEqual(readFileSync(`${assets}/small-space.json`));
  });

  it('3: not one trial was complete, and search, trials and pareto say why', () => {
    const { code, err } = run(
      ...failing,
      '--objective',
      'error:min',
      '--trials',
      '3',
      '--study',
      at('bad.db'),
      '--technique',
      'random',
    );
    expect(code).toBe(3);
    const reason = /3 failed \(runtime\); the first, trial 0: [^\n]*cannot open the file/;
    expect(err).toMatch(reason);
    expect(err).toContain('not one of 3 trials was complete');
    expect(err).not.toContain('\x1b');
    for (const command of ['trials', 'pareto'])
      expect(run(command, at('bad.db'))).toMatchObject({ code: 0, err: expect.stringMatching(reason) });
  });
});

it('space check takes a constraint on a metric, as search does, and names what may be a slip', () => {
  const definition = JSON.parse(readFileSync(`${assets}/small-space.json`, 'utf8')) as object;
  writeFileSync(
    at('held.json'),
    JSON.stringify({ ...definition, constraints: ['error <= 3', 'widht <= 512', 'width <= 512'] }),
  );
  const { code, out } = run('space', 'check', at('held.json'));
  expect(code).toBe(0);
  expect(out).toContain('constraint "error <= 3" reads error, which an oracle has to measure.\n');
  expect(out).toContain('reads widht, which an oracle has to measure. Did you mean "width"?');
});
