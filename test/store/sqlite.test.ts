import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { StudyDefinition } from '../../src/core/store.js';
import { withStoreErrors } from '../../src/store/database.js';
import { openSqliteStore, readStudies } from '../../src/store/sqlite.js';

const definition: StudyDefinition = {
  name: 'a',
  space: { name: 'line', hash: 'h', parameters: { x: 'integer' } },
  oracle: { name: 'o', fingerprint: {} },
  technique: 'random',
  objectives: [{ metric: 'error', direction: 'min' }],
  seed: 1,
  begun: { version: '0.2.0', generation: 2 },
};
const path = () => join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db');

it('says in one line what is wrong with a file', () => {
  const text = path();
  writeFileSync(
    text,
    'this is no database, though it is long enough to have a header of its own, or nearly so.'.repeat(9),
  );
  expect(() => openSqliteStore(text)).toThrow(/not a SQLite database/);
  expect(() => readStudies(path())).toThrow(/cannot open/);
  expect(() => openSqliteStore('/nowhere/at/all/study.db')).toThrow(/cannot open/);
  const newer = path();
  const db = new Database(newer);
  db.pragma('user_version = 999');
  db.close();
  expect(() => openSqliteStore(newer)).toThrow(/newer release/);
});

it('loses nothing when a write fails half way', () => {
  const file = path();
  const store = openSqliteStore(file);
  const log = store.claim(definition, {});
  log.propose([{ number: 0, technique: 'random', configuration: { x: 0 } }], { asked: 1, step: 1, state: 'kept' });
  log.release();
  store.close();

  const again = openSqliteStore(file);
  const full = again.claim(definition, {});
  const large = { asked: 1, step: 2, state: 'x'.repeat(100_000) };
  const write = () => full.propose([{ number: 1, technique: 'random', configuration: { x: 1 } }], large);
  // Fails at the last statement of the transaction.
  const db = new Database(file);
  db.exec("CREATE TRIGGER full BEFORE INSERT ON technique_snapshot BEGIN SELECT RAISE(ABORT, 'full'); END");
  expect(write).toThrow(/full/);
  expect(full.open()).toHaveLength(1);
  expect(full.snapshot()).toEqual({ step: 1, state: 'kept' });
  db.exec('DROP TRIGGER full');
  db.close();
  write();
  expect(full.open()).toHaveLength(2);
  full.release();
  again.close();
});

it.skipIf(process.getuid?.() === 0)('refuses a read-only file', () => {
  const file = path();
  openSqliteStore(file).close();
  chmodSync(file, 0o444);
  expect(() => openSqliteStore(file).claim(definition, {})).toThrow(/study database/);
});

it('takes over the lease of a dead process', () => {
  const file = path();
  const store = openSqliteStore(file);
  const log = store.claim(definition, {});
  const db = new Database(file);
  // As if written by a process that had this number before: it started at another time.
  db.prepare("UPDATE lease SET pid = 1, started = 'long ago', token = 'gone'").run();
  const second = store.claim(definition, {});
  expect(second.isNew).toBe(false);
  expect(() => log.event('stopped', '')).toThrow(/taken study "a" over/);
  second.release();
  db.close();
  store.close();
});

it.each([
  ['SQLITE_FULL', /disk is full; what was stored is safe/],
  ['SQLITE_IOERR_WRITE', /cannot be read or written/],
])('turns %s into one line with a remedy', (code, message) => {
  const failing = () => {
    throw Object.assign(new Error('raw'), { code });
  };
  expect(() => withStoreErrors('s.db', failing)).toThrow(message);
});
