import { createHash } from 'node:crypto';
import type { Measurement } from '../core/oracle.js';
import { newDatabase, withStoreErrors } from './database.js';

/** Measurements by oracle and configuration. */
export interface MeasurementCache {
  get(owner: string, configuration: string): Measurement | undefined;
  set(owner: string, configuration: string, measurement: Measurement): void;
  close(): void;
}

/**
 * A cache in a SQLite file, which several processes may share; `:memory:` lives as long as the process.
 *
 * @throws StudyError STUDY_STORE when the file cannot be used.
 */
export function openMeasurementCache(path: string): MeasurementCache {
  return withStoreErrors(path, () => {
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
        const text = withStoreErrors(path, () => read.get(digest(owner), configuration)) as string | undefined;
        return text === undefined ? undefined : (JSON.parse(text) as Measurement);
      },
      set: (owner, configuration, measurement) =>
        void withStoreErrors(path, () => write.run(digest(owner), configuration, JSON.stringify(measurement))),
      close: () => void db.close(),
    };
  });
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
