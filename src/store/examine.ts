import { existsSync, renameSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { TrialFault } from '../core/store.js';
import { StudyError, UsageError } from '../errors.js';
import { openForReading, openUntouched, withStoreErrors } from './database.js';
import { readHistory } from './history.js';
import { checkRecord } from './seal.js';

/** How a database is. */
export interface Examined {
  readonly schema: number;
  /** What SQLite finds wrong with the file; none in a sound one. */
  readonly damage: readonly string[];
  readonly studies: readonly {
    readonly name: string;
    readonly finished: number;
    readonly open: number;
    readonly faults: readonly TrialFault[];
  }[];
}

const MOST_LINES = 10;

/**
 * Looks a database through: the file's pages and indices, then every study's rows and seals. Only reads.
 *
 * @throws StudyError as `readStudies`, for a file that cannot be looked into at all.
 */
export function examineDatabase(path: string): Examined {
  refuseOthers(path);
  const db = withStoreErrors(path, () => openUntouched(path));
  try {
    const lines = (sql: string) => attempt(() => db.prepare(sql).pluck().all().map(String)) ?? [`${sql}: unreadable`];
    const damage = lines(`PRAGMA integrity_check(${MOST_LINES})`)
      .flatMap((text) => text.split('\n'))
      .filter((line) => line !== 'ok');
    const names = attempt(() => db.prepare('SELECT name FROM study ORDER BY name').pluck().all() as string[]);
    return {
      schema: db.pragma('user_version', { simple: true }) as number,
      damage: names === undefined ? [...damage, 'the list of studies cannot be read'] : damage,
      studies: (names ?? []).map((name) => ({ name, ...examineStudy(path, name) })),
    };
  } finally {
    db.close();
  }
}

/** What is no database of ours is refused; a damaged one is looked into. */
function refuseOthers(path: string): void {
  try {
    openForReading(path).close();
  } catch (error) {
    const { cause } = error as { readonly cause?: { readonly code?: unknown } };
    if (!String(cause?.code).startsWith('SQLITE_CORRUPT')) throw error;
  }
}

function examineStudy(path: string, name: string): Omit<Examined['studies'][number], 'name'> {
  try {
    const history = readHistory(path, name);
    if (history === undefined) return { finished: 0, open: 0, faults: [{ trial: null, what: 'it cannot be read' }] };
    const { finished, open } = history;
    return { finished: finished.length, open: open.length, faults: checkRecord(history).faults };
  } catch (error) {
    if (!(error instanceof StudyError)) throw error;
    return { finished: 0, open: 0, faults: [{ trial: null, what: error.message }] };
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** What is wrong with the source is said of the source. */
function vacuumInto(db: Database.Database, from: string, partial: string): void {
  try {
    db.prepare('VACUUM INTO ?').run(partial);
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_CORRUPT')) throw error;
    withStoreErrors(from, () => {
      throw error;
    });
  }
}

/**
 * Copies a whole database as it is at this moment, beside a living writer or not, into one new file; gives the number of
 * its studies.
 *
 * @throws UsageError when `to` is there already, StudyError STUDY_STORE when either file cannot be used, also for damage.
 */
export function backUp(from: string, to: string): number {
  if (existsSync(to)) throw new UsageError(`${to} is there already`, { remedy: 'name a new file' });
  openForReading(from).close();
  const partial = `${to}.partial`;
  rmSync(partial, { force: true });
  const db = withStoreErrors(from, () => openUntouched(from));
  try {
    withStoreErrors(to, () => vacuumInto(db, from, partial));
    const studies = withStoreErrors(from, () => db.prepare('SELECT count(*) FROM study').pluck().get() as number);
    renameSync(partial, to);
    return studies;
  } finally {
    db.close();
    rmSync(partial, { force: true });
  }
}
