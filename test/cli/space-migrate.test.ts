import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { runCommand } from './run-command.js';

const run = async (...args: string[]): Promise<string> => (await runCommand(...args)).out;

const folder = mkdtempSync(join(tmpdir(), 'supersam-'));
const write = (name: string, content: unknown) => {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return join(folder, name);
};
const parameters = [
  { name: 'block', type: 'integer', min: 1, max: 30 },
  { name: 'op', type: 'categorical', choices: ['a', 'b'] },
];
const small = write('small.json', { name: 'small', parameters });
const measure =
  'export default ({ configuration: { block, op, gate = 1 } }) => ({ error: block * gate + (op === "a") });';
const old = `module:${write('old.mjs', measure)}`;
const grown = `module:${write('new.mjs', `${measure}\n// and gates`)}`;
const space = (name: string, change: (list: typeof parameters) => unknown[], constraints: string[] = []) =>
  write(`${name}.json`, { name, parameters: change(structuredClone(parameters)), constraints });
const larger = space('larger', ([block, op]) => [
  { ...block, max: 99 },
  { name: 'gate', type: 'ordinal', choices: [0, 1, 2] },
  { ...op, choices: ['a', 'b', 'c'] },
]);

const search = (db: string, file: string, oracle: string, ...more: string[]) =>
  run('search', '--space', file, '--oracle', oracle, '--objective', 'error:min', '--study', db, ...more);
const migrate = (db: string, file: string, ...more: string[]) =>
  run('space', 'migrate', db, '--space', file, '--oracle', grown, '--to', 'copy', ...more);
const read = (db: string, name: string) => {
  const store = openSqliteStore(db);
  const study = store.read(name);
  store.close();
  return study!;
};

it('copies a study into a larger space, where the search goes on and learns from it', async () => {
  const db = join(folder, 'grow.db');
  await search(db, small, old, '--trials', '15', '--technique', 'greedy-mutation');
  await migrate(db, larger, '--default', 'gate=1');
  const [before, copy] = [read(db, 'study'), read(db, 'copy')];
  expect(copy.finished).toEqual(
    before.finished.map((trial) => ({
      ...trial,
      configuration: { block: trial.configuration['block'], gate: 1, op: trial.configuration['op'] },
    })),
  );
  expect(copy.seconds).toEqual(before.seconds);
  await search(db, larger, grown, '--name', 'copy', '--trials', '25', '--technique', 'greedy-mutation', '--resume');
  const after = read(db, 'copy').finished;
  expect(after.slice(0, 15)).toEqual(copy.finished);
  expect(after).toHaveLength(25);
  const keys = after.map(({ configuration }) => JSON.stringify(configuration));
  expect(new Set(keys).size).toBe(25);
  // It mutates the best that it took over: a fresh search of the larger space would start anywhere.
  const best = Math.min(...copy.finished.flatMap(({ values }) => values ?? []));
  expect(Math.min(...after.slice(15).flatMap(({ values }) => values ?? []))).toBeLessThanOrEqual(best + 1);
  expect(readFileSync(larger, 'utf8')).toContain('gate');
}, 120_000);

it('refuses what would lose a trial, and changes nothing then', async () => {
  const db = join(folder, 'refuse.db');
  await search(db, small, old, '--trials', '12', '--technique', 'random');
  await expect(migrate(db, larger)).rejects.toThrow(/"gate" has no value/);
  await expect(migrate(db, larger, '--default', 'gate=7')).rejects.toThrow(/"gate" cannot be 7/);
  await expect(migrate(db, larger, '--default', 'op=a', '--default', 'gate=1')).rejects.toThrow(/"op" is no new/);
  const without = space('without', ([block]) => [block]);
  await expect(migrate(db, without)).rejects.toThrow(/no parameter is named "op"/);
  const fewer = space('fewer', ([block, op]) => [{ ...block, max: 3 }, op]);
  await expect(migrate(db, fewer)).rejects.toThrow(/"block" cannot be/);
  const tighter = space('tighter', (list) => list, ['block <= 2']);
  await expect(migrate(db, tighter)).rejects.toThrow(/breaks a constraint/);
  const conditional = space('conditional', ([block, op]) => [op, { ...block, when: "op == 'a'" }]);
  await expect(migrate(db, conditional)).rejects.toThrow(/"block" would become inactive/);
  await expect(migrate(db, small, '--constraint', 'error <= 3')).rejects.toThrow(/other constraints/);
  const store = openSqliteStore(db);
  expect(store.names()).toEqual(['study']);
  store.close();
}, 120_000);
