import { readdirSync, readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { StudyError } from '../errors.js';

const folder = new URL('migrations/', import.meta.url);

/**
 * Brings a database to the newest schema, one numbered file and one transaction at a time.
 *
 * @throws StudyError STUDY_SCHEMA when a newer release wrote it.
 */
export function migrate(db: Database.Database, path: string): void {
  const files = readdirSync(folder)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort();
  const version = () => db.pragma('user_version', { simple: true }) as number;
  if (version() > files.length) {
    throw new StudyError('STUDY_SCHEMA', `${path} was written by a newer release (schema ${version()})`, {
      remedy: 'update supersam, or give another --study file',
    });
  }
  for (const [index, file] of files.entries()) {
    if (version() > index) continue;
    db.transaction(() => {
      // Another process may have come first while this one waited for the lock.
      if (version() > index) return;
      db.exec(readFileSync(new URL(file, folder), 'utf8'));
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}
