import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StudyReader } from '../../src/core/store.js';
import { openMeasurementCache } from '../../src/store/measurement-cache.js';
import { openSqliteStore, readStudies } from '../../src/store/sqlite.js';
import { createStudy } from '../../src/study/study.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const folder = () => mkdtempSync(join(tmpdir(), 'supersam-read-'));
const assets = join(import.meta.dirname, '../assets');

/** Names, sizes, times and bytes of a folder: what reading must leave as it is. */
const stateOf = (path: string) =>
  readdirSync(path).map((name) => {
    const file = join(path, name);
    return [name, statSync(file).size, statSync(file).mtimeMs, readFileSync(file).toString('base64')];
  });
const reading = <T>(path: string, read: (reader: StudyReader) => T): T => {
  const reader = readStudies(path);
  try {
    return read(reader);
  } finally {
    reader.close();
  }
};

async function writeStudy(path: string, trials = 3): Promise<void> {
  using store = openSqliteStore(path);
  using study = await createStudy({
    name: 's',
    space: choiceSpace({ a: [1, 2, 3, 4, 5], b: [1, 2, 3, 4, 5] }),
    technique: {
      name: 't',
      init: () => 0,
      ask: (_, n, { space, rng }) => [[space.sample(rng)].slice(0, n), 0],
      tell: () => 0,
    },
    objectives: [{ metric: 'error', direction: 'min' }],
    seed: 1,
    store,
  });
  for (let i = 0; i < trials; i++) for (const { number } of study.ask()) study.tell(number, number);
}

describe('beside a fast writer in another process', () => {
  const db = join(folder(), 's.db');
  const writer = spawn(process.execPath, [join(import.meta.dirname, '../study/fast-writer.mjs'), db], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  beforeAll(async () => {
    await once(writer.stdout, 'data');
  }, 60_000);
  afterAll(() => {
    writer.kill('SIGKILL');
  });

  it('reads whole trials of one moment, with a connection that stays open and with a new one each time', () => {
    const reader = readStudies(db);
    let before = 0;
    for (let i = 0; i < 60; i++) {
      const study = i % 2 === 0 ? reader.read('s') : reading(db, (fresh) => fresh.read('s'));
      const finished = study?.finished ?? [];
      expect(finished.length).toBeGreaterThanOrEqual(before);
      before = finished.length;
      expect(finished.every(({ values, metrics }) => values?.length === 2 && metrics?.['extra'] !== undefined)).toBe(
        true,
      );
      expect(study?.seconds.size).toBe(finished.length);
      expect(study?.open.length).toBeLessThanOrEqual(1);
    }
    reader.close();
    expect(before).toBeGreaterThan(10);
  });
});

it.each(['study-schema-1.db', 'study-schema-2.db', 'today'])('leaves the folder of %s as it is', async (kind) => {
  const place = folder();
  const db = join(place, 's.db');
  if (kind === 'today') await writeStudy(db);
  else copyFileSync(join(assets, kind), db);
  chmodSync(db, 0o444);
  chmodSync(place, 0o555);
  const before = stateOf(place);
  expect(reading(db, (reader) => reader.names().map((name) => reader.read(name)?.finished.length))).toEqual([
    kind === 'today' ? 3 : 12,
  ]);
  expect(stateOf(place)).toEqual(before);
  chmodSync(place, 0o755);
});

it('reads what a killed writer left in its log, and leaves it there', async () => {
  const db = join(folder(), 's.db');
  await writeStudy(db);
  const open = new Database(db);
  open.prepare("UPDATE study SET name = 'renamed'").run();
  const place = folder();
  for (const suffix of ['', '-wal']) copyFileSync(db + suffix, join(place, `s.db${suffix}`));
  open.close();
  const before = stateOf(place);
  expect(reading(join(place, 's.db'), (reader) => reader.names())).toEqual(['renamed']);
  expect(stateOf(place)).toEqual(before);
});

describe('a database that is not ours', () => {
  const optuna = 'CREATE TABLE studies (a); CREATE TABLE trials (a); CREATE TABLE trial_params (a);';
  it.each([
    ['of Optuna', optuna, /not a supersam database; Optuna made it/],
    ['of measurements', 'CREATE TABLE measurement (a)', /holds measurements/],
    ['of somebody', 'CREATE TABLE trial (a); PRAGMA user_version = 2', /not a supersam database$/],
    ['in WAL mode', `PRAGMA journal_mode = WAL; ${optuna}`, /Optuna/],
  ])('%s is told in one line and not written to, neither by reading nor by writing', (_, sql, message) => {
    const place = folder();
    const db = join(place, 'theirs.db');
    const theirs = new Database(db);
    theirs.exec(sql);
    theirs.close();
    const before = stateOf(place);
    expect(() => readStudies(db)).toThrow(message);
    expect(() => openSqliteStore(db)).toThrow(message);
    expect(stateOf(place)).toEqual(before);
  });
});

it('refuses what names no file, and makes none before a study is claimed', () => {
  for (const path of ['', ' ', ':memory:']) {
    expect(() => openSqliteStore(path)).toThrow(/names no file/);
    expect(() => readStudies(path)).toThrow(/names no file/);
  }
  const db = join(folder(), 's.db');
  using store = openSqliteStore(db);
  expect(store.names()).toEqual([]);
  expect(store.read('s')).toBeUndefined();
  expect(existsSync(db)).toBe(false);
  expect(() => readStudies(db)).toThrow(/no such file/);
});

it('puts no measurements into a study or into what is not ours', async () => {
  const place = folder();
  await writeStudy(join(place, 's.db'));
  const before = stateOf(place);
  expect(() => openMeasurementCache(join(place, 's.db'))).toThrow(/something else than measurements/);
  expect(stateOf(place)).toEqual(before);
  expect(() => openMeasurementCache('')).toThrow(/names no file/);
  for (let i = 0; i < 2; i++) {
    const cache = openMeasurementCache(join(place, 'cache.db'));
    cache.set('o', 'c', { state: 'infeasible' });
    cache.close();
  }
});

it('takes an empty file for a database without studies', () => {
  const db = join(folder(), 's.db');
  writeFileSync(db, '');
  expect(reading(db, (reader) => reader.names())).toEqual([]);
});

describe('damage', () => {
  const damaged = async (sql: string) => {
    const db = join(folder(), 's.db');
    await writeStudy(db);
    const open = new Database(db);
    open.exec(sql);
    open.close();
    return () => reading(db, (reader) => reader.read('s'));
  };
  it.each([
    ['DELETE FROM trial_value WHERE number = 1', /"s" is damaged: trial 1 is complete with 0 of 1 values/],
    ["UPDATE trial SET configuration = '{' WHERE number = 2", /the configuration of trial 2 cannot be read/],
    ["UPDATE trial SET configuration = 'null' WHERE number = 2", /the configuration of trial 2 cannot be read/],
    ["UPDATE space SET parameters = 'x'", /its parameters cannot be read/],
    ['DELETE FROM objective', /it has no objectives/],
  ])('of a row is one line: %s', async (sql, message) => {
    expect(await damaged(sql)).toThrow(message);
    expect(await damaged(sql)).toThrow(expect.objectContaining({ code: 'STUDY_DAMAGED' }));
  });

  it('of pages is one line that promises nothing', async () => {
    const db = join(folder(), 's.db');
    await writeStudy(db, 20);
    const bytes = readFileSync(db);
    bytes.fill(0xa5, 2 * 4096);
    writeFileSync(db, bytes);
    const error = await Promise.resolve()
      .then(() => reading(db, (reader) => reader.names().map((name) => reader.read(name))))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STUDY_STORE', message: expect.not.stringMatching(/safe/) });
    expect(error).toMatchObject({
      message: expect.stringMatching(/^cannot use the study database .*: it is damaged$/),
    });
  });
});
