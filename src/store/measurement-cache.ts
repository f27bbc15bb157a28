import { existsSync, statSync } from 'node:fs';
import { sha256 } from '../base/sha256.js';
import type { Measurement } from '../core/oracle.js';
import { StudyError, UsageError } from '../errors.js';
import { newDatabase, openUntouched, withStoreErrors } from './database.js';

/** Measurements by oracle and configuration. */
export interface MeasurementCache {
  get(owner: string, configuration: string): Measurement | undefined;
  set(owner: string, configuration: string, measurement: Measurement): void;
  close(): void;
}

/**
 * A cache in a SQLite file, which several processes may share; `:memory:` lives as long as the process.
 *
 * @throws StudyError STUDY_STORE when the file cannot be used, STUDY_FOREIGN when it holds anything else.
 */
export function openMeasurementCache(path: string): MeasurementCache {
  return withStoreErrors(path, () => {
    checkCache(path);
    const db = newDatabase(path, { timeout: 10_000 });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(
      `CREATE TABLE IF NOT EXISTS measurement (
         owner TEXT NOT NULL, configuration TEXT NOT NULL, measurement TEXT NOT NULL,
         PRIMARY KEY (owner, configuration)
       ) STRICT, WITHOUT ROWID`,
    );
    const read = db.prepare('SELECT measurement FROM measurement WHERE owner = ? AND configuration = ?').pluck();
    const write = db.prepare('INSERT OR REPLACE INTO measurement VALUES (?, ?, ?)');
    return {
      get(owner, configuration) {
        const text = withStoreErrors(path, () => read.get(sha256(owner), configuration)) as string | undefined;
        return text === undefined ? undefined : (JSON.parse(text) as Measurement);
      },
      set: (owner, configuration, measurement) =>
        void withStoreErrors(path, () => write.run(sha256(owner), configuration, JSON.stringify(measurement))),
      close: () => void db.close(),
    };
  });
}

/** A study, or another program's database, is not written to. */
function checkCache(path: string): void {
  if (path.trim() === '')
    throw new UsageError('the cache "" names no file', { remedy: 'give a path such as cache.db' });
  if (path === ':memory:' || !existsSync(path) || statSync(path).size === 0) return;
  const db = openUntouched(path);
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
    if (tables.every((name) => name === 'measurement')) return;
    throw new StudyError('STUDY_FOREIGN', `${path} holds something else than measurements`, {
      remedy: 'give another --cache file; this one was left as it is',
    });
  } finally {
    db.close();
  }
}
