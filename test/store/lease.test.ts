import { mkdtempSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StudyDefinition } from '../../src/core/store.js';
import { openSqliteStore } from '../../src/store/sqlite.js';

const definition: StudyDefinition = {
  name: 'a',
  space: { name: 'line', hash: 'h', parameters: { x: 'integer' } },
  oracle: { name: 'o', fingerprint: {} },
  technique: 'random',
  objectives: [{ metric: 'error', direction: 'min' }],
  seed: 1,
  begun: { version: '0.2.0', generation: 2 },
};
const newFile = () => join(mkdtempSync(join(tmpdir(), 'supersam-lease-')), 's.db');
const MINUTE = 60_000;

/** Changes the lease row as another writer, or another clock, would have left it. */
function edit(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(`UPDATE lease SET ${sql}`);
  db.close();
}

it('refuses another thread of the same process', async () => {
  const file = newFile();
  using store = openSqliteStore(file);
  const log = store.claim(definition, {});
  const built = pathToFileURL(join(import.meta.dirname, '../../dist/src/index.js')).href;
  const claim = () =>
    new Promise<string>((resolve, reject) => {
      const code = `
        const { parentPort, workerData: { built, file, definition } } = require('node:worker_threads');
        import(built).then(({ openSqliteStore }) => {
          const store = openSqliteStore(file);
          try { store.claim(definition, {}).release(); parentPort.postMessage('claimed'); }
          catch ({ code, message }) { parentPort.postMessage(code + ' ' + message); }
          store.close();
        });`;
      new Worker(code, { eval: true, workerData: { built, file, definition } })
        .once('message', resolve)
        .once('error', reject);
    });
  expect(await claim()).toMatch(/^STUDY_BUSY .*another thread of this process/);
  log.event('resumed', 'still ours');
  log.release();
  expect(await claim()).toBe('claimed');
});

it('refuses another copy of the package in the same thread', async () => {
  const file = newFile();
  using store = openSqliteStore(file);
  const log = store.claim(definition, {});
  const copy = (await import(/* @vite-ignore */ `${'../../dist/src'}/store/sqlite.js`)) as {
    readonly openSqliteStore: typeof openSqliteStore;
  };
  using other = copy.openSqliteStore(file);
  expect(() => other.claim(definition, {})).toThrow(/being written to by process/);
  log.release();
  other.claim(definition, {}).release();
});

describe('with other clocks', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is kept through a measurement of an hour, which writes nothing', () => {
    const file = newFile();
    using store = openSqliteStore(file);
    const log = store.claim(definition, {});
    edit(file, "host = 'elsewhere'");
    using other = openSqliteStore(file);
    for (let minute = 0; minute < 60; minute++) {
      vi.advanceTimersByTime(MINUTE);
      expect(() => other.claim(definition, {})).toThrow(/process \d+ on elsewhere/);
    }
    log.event('resumed', 'after an hour');
    log.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with its host: silent for two minutes, it is taken over', () => {
    const file = newFile();
    using store = openSqliteStore(file);
    store.claim(definition, {});
    edit(file, `host = 'elsewhere', token = 'theirs', heartbeat = ${Date.now() - MINUTE}`);
    expect(() => store.claim(definition, {})).toThrow(/elsewhere/);
    vi.setSystemTime(Date.now() + 2 * MINUTE);
    store.claim(definition, {}).release();
  });

  it('ahead of this clock it says whose it is, and is taken over by name', () => {
    const file = newFile();
    using store = openSqliteStore(file);
    store.claim(definition, {});
    edit(file, `host = 'elsewhere', token = 'theirs', pid = 77, heartbeat = ${Date.now() + 3 * 24 * 60 * MINUTE}`);
    const claim = (takeOver: boolean) => store.claim(definition, {}, { takeOver });
    expect(() => claim(false)).toThrow(/held by process 77 on elsewhere, whose last sign of life is 3 days ahead/);
    expect(() => claim(false)).toThrow(expect.objectContaining({ remedy: expect.stringContaining('--take-over') }));
    claim(true).release();
  });

  it('outlives a clock that is set forth and back', () => {
    const file = newFile();
    using store = openSqliteStore(file);
    const log = store.claim(definition, {});
    for (const by of [24 * 60 * MINUTE, -48 * 60 * MINUTE, 24 * 60 * MINUTE]) {
      vi.setSystemTime(Date.now() + by);
      using other = openSqliteStore(file);
      expect(() => other.claim(definition, {})).toThrow(expect.objectContaining({ code: 'STUDY_BUSY' }));
      log.event('resumed', `${by}`);
    }
    expect(() => edit(file, `host = '${hostname()}'`)).not.toThrow();
    log.release();
  });
});

it('tells the writer that was taken over, and leaves the new one alone', () => {
  const file = newFile();
  using store = openSqliteStore(file);
  const first = store.claim(definition, {});
  using other = openSqliteStore(file);
  const second = other.claim(definition, {}, { takeOver: true });
  expect(() => first.event('stopped', '')).toThrow(/taken study "a" over/);
  first.release();
  second.event('resumed', '');
});
