import Database from 'better-sqlite3';
import type { Store, StudyDefinition, StudyLog } from '../core/store.js';
import { StudyError } from '../errors.js';
import { takeLease } from './lease.js';
import { migrate } from './migrate.js';
import { sqliteLog } from './sqlite-log.js';
import { readFinished, readOpen, readSeconds, readStudy } from './sqlite-read.js';
import { withStoreErrors } from './store-error.js';

export interface SqliteOptions {
  /** Survive a power cut as well as a crash of the process, at the price of a disk flush a trial. */
  readonly full?: boolean;
  /** The file must be there already: for commands that only read. */
  readonly mustExist?: boolean;
}

/**
 * Opens or creates a study database (WAL; foreign keys; migrated to the newest schema).
 *
 * @throws StudyError STUDY_STORE when the file cannot be used, STUDY_SCHEMA when a newer release wrote it.
 */
export function openSqliteStore(path: string, { full = false, mustExist = false }: SqliteOptions = {}): Store {
  const db = withStoreErrors(path, () => open(path, full, mustExist));
  return {
    names: () => db.prepare('SELECT name FROM study ORDER BY name').pluck().all() as string[],
    read(name) {
      const stored = readStudy(db, name);
      if (stored === undefined) return undefined;
      const { id, definition } = stored;
      return { definition, finished: readFinished(db, id), open: readOpen(db, id), seconds: readSeconds(db, id) };
    },
    claim: (definition, environment) =>
      withStoreErrors(path, () => db.transaction(() => claim(db, path, definition, environment)).immediate()),
    close: () => db.close(),
  };
}

function open(path: string, full: boolean, mustExist: boolean): Database.Database {
  let db: Database.Database;
  try {
    db = new Database(path, { timeout: 10_000, fileMustExist: mustExist });
  } catch (cause) {
    if ((cause as { code?: string }).code !== undefined && !mustExist) throw cause;
    throw new StudyError('STUDY_STORE', `cannot open the study database ${path}: ${(cause as Error).message}`, {
      remedy: mustExist ? 'check the path; "supersam search" creates it' : 'create its folder first',
      cause,
    });
  }
  try {
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${full ? 'FULL' : 'NORMAL'}`);
    db.pragma('foreign_keys = ON');
    migrate(db, path);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function claim(
  db: Database.Database,
  path: string,
  definition: StudyDefinition,
  environment: Parameters<Store['claim']>[1],
): StudyLog {
  const stored = readStudy(db, definition.name);
  const id = stored?.id ?? insertStudy(db, definition);
  const lease = takeLease(db, id, definition.name);
  db.prepare("UPDATE trial SET state = 'pending' WHERE study_id = ? AND state = 'running'").run(id);
  db.prepare('INSERT INTO environment (study_id, detail, at) VALUES (?, ?, ?)').run(
    id,
    JSON.stringify(environment),
    new Date().toISOString(),
  );
  return sqliteLog({ db, path, id, lease, definition: stored?.definition ?? definition, isNew: stored === undefined });
}

function insertStudy(
  db: Database.Database,
  { name, space, oracle, technique, objectives, seed, constraints = [] }: StudyDefinition,
): number {
  db.prepare('INSERT OR IGNORE INTO space VALUES (?, ?, ?)').run(
    space.hash,
    space.name,
    JSON.stringify(space.parameters),
  );
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO study (name, space_hash, oracle, fingerprint, technique, seed, constraints)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      ...[name, space.hash, oracle.name, JSON.stringify(oracle.fingerprint), technique, seed],
      JSON.stringify(constraints),
    );
  for (const [position, { metric, direction }] of objectives.entries()) {
    db.prepare('INSERT INTO objective VALUES (?, ?, ?, ?)').run(lastInsertRowid, position, metric, direction);
  }
  return Number(lastInsertRowid);
}
