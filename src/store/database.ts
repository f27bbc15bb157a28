import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { packageVersion } from '../base/package-root.js';
import { StudyError, UsageError } from '../errors.js';

/** "ssam" in the header of every study database from schema 3 on. */
const APPLICATION_ID = 1936941421;
const HEADER = { bytes: 100, userVersion: 60, applicationId: 68 };
const BUSY_MS = 10_000;
/** Of new files. A trial changes a dozen pages by a few bytes each, and all of a page is summed and written. */
const PAGE_BYTES = 2048;
/** The log goes over into the file at 8 MiB: flushing the disk more often costs a fifth of a trial. */
const CHECKPOINT_PAGES = 4096;
/** Node reads no larger file at once. */
const LARGEST_COPY = 2 ** 31 - 1;

const folder = new URL('migrations/', import.meta.url);
const migrations = (): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort();

const require = createRequire(import.meta.url);

/** The addon is loaded with the first database: who imports the package to compute with it does not pay for it. */
export function newDatabase(...options: ConstructorParameters<typeof Database>): Database.Database {
  const Sqlite = require('better-sqlite3') as typeof Database;
  return new Sqlite(...options);
}

/**
 * Opens or makes a database to write studies to (WAL; foreign keys; migrated to the newest schema). One that is not ours
 * stays as it is.
 *
 * @throws StudyError STUDY_STORE when the file cannot be used, STUDY_FOREIGN when another program made it, STUDY_SCHEMA when
 *   a newer release wrote it.
 */
export function openForWriting(path: string, full: boolean): Database.Database {
  checkPath(path);
  const isNew = !existsSync(path);
  return withStoreErrors(path, () => {
    const db = newDatabase(path, { timeout: BUSY_MS });
    try {
      checkSchema(db, path);
      db.pragma(`page_size = ${PAGE_BYTES}`);
      db.pragma('journal_mode = WAL');
      db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      db.pragma(`synchronous = ${full ? 'FULL' : 'NORMAL'}`);
      db.pragma('foreign_keys = ON');
      migrate(db);
    } catch (error) {
      db.close();
      // What a full disk let begin is nobody's study.
      if (isNew && statSync(path, { throwIfNoEntry: false })?.size === 0) {
        for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      }
      throw error;
    }
    return db;
  });
}

/**
 * Opens a study database to read it. Its bytes stay as they are and no file comes to be beside it, wherever it lies; an
 * older schema is brought up to date in a copy in memory.
 *
 * @throws StudyError as `openForWriting`, and STUDY_STORE when there is no such file.
 */
export function openForReading(path: string): Database.Database {
  if (isTemporary(path)) throw noFile(path);
  return withStoreErrors(path, () => {
    const db = openUntouched(path);
    try {
      checkOwner(db, path);
      checkSchema(db, path);
      if (!db.memory && (db.pragma('user_version', { simple: true }) as number) === migrations().length) return db;
      const copy = db.memory ? db : inMemory(db.serialize());
      if (copy !== db) db.close();
      migrate(copy);
      return copy;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * Refuses early what `openForWriting` would refuse late, and writes nothing.
 *
 * @throws UsageError for a path that names no file, StudyError as `openForWriting`.
 */
export function checkPath(path: string): void {
  if (isTemporary(path)) throw noFile(path);
  const parent = dirname(path);
  if (!existsSync(parent)) {
    throw new StudyError('STUDY_STORE', `cannot open the study database ${path}: there is no folder ${parent}`, {
      remedy: 'create its folder first',
    });
  }
  withStoreErrors(path, () => {
    if (!existsSync(path) || statSync(path).size === 0) return;
    const marked = readMark(path);
    if (marked !== undefined && marked <= currentSchema()) return;
    const db = openUntouched(path);
    try {
      checkOwner(db, path);
      checkSchema(db, path);
    } finally {
      db.close();
    }
  });
}

/** To SQLite these are databases that vanish when closed. */
const isTemporary = (path: string) => path.trim() === '' || path === ':memory:';

const noFile = (path: string) =>
  new UsageError(`the study database "${path}" names no file, so every trial would be lost`, {
    remedy: path === '' ? 'is a shell variable unset? give a path such as s.db' : 'give a path such as s.db',
  });

/** The schema of a database whose header says that it is ours, so that it need not be looked into. */
function readMark(path: string): number | undefined {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER.bytes);
    readSync(file, header, 0, HEADER.bytes, 0);
    return header.readUInt32BE(HEADER.applicationId) === APPLICATION_ID
      ? header.readUInt32BE(HEADER.userVersion)
      : undefined;
  } finally {
    closeSync(file);
  }
}

function checkOwner(db: Database.Database, path: string): void {
  const id = db.pragma('application_id', { simple: true });
  if (id === APPLICATION_ID) return;
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  if (id === 0 && tables.length === 0) return;
  const has = (...names: readonly string[]) => names.every((name) => tables.includes(name));
  if (id === 0 && has('space', 'study', 'trial', 'technique_snapshot', 'lease')) return;
  const isOptunas = has('studies', 'trials');
  const made = isOptunas
    ? '; Optuna made it'
    : has('measurement') && tables.length === 1
      ? '; it holds measurements (--cache)'
      : '';
  throw new StudyError('STUDY_FOREIGN', `${path} is not a supersam database${made}`, {
    remedy: isOptunas
      ? `\`supersam import ${path} --to s.db\` takes its studies over; it was left as it is`
      : 'give another file; this one was left as it is',
  });
}

function checkSchema(db: Database.Database, path: string): void {
  const schema = db.pragma('user_version', { simple: true }) as number;
  if (schema <= currentSchema()) return;
  const writer = writerOf(db);
  const known = `${packageVersion} knows schemas up to ${currentSchema()}`;
  throw new StudyError('STUDY_SCHEMA', `${path} was written by a newer release (schema ${schema}; ${known})`, {
    remedy: `install ${writer === undefined ? 'the newest supersam' : `supersam ${writer} or newer`} (npm install supersam@${writer ?? 'latest'}), or give another --study file`,
  });
}

/** The schema that this release writes. */
const currentSchema = (): number => migrations().length;

/** The release that wrote to a database last, as far as it can be told of a schema not known here. */
function writerOf(db: Database.Database): string | undefined {
  try {
    const detail = db.prepare('SELECT detail FROM environment ORDER BY id DESC LIMIT 1').pluck().get() as string;
    const version: unknown = (JSON.parse(detail) as { readonly supersam?: unknown }).supersam;
    return typeof version === 'string' && /^\d+\.\d+\.\d+[\w.-]*$/.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

/** Brings a database to the newest schema, one numbered file and one transaction at a time. */
function migrate(db: Database.Database): void {
  const version = () => db.pragma('user_version', { simple: true }) as number;
  for (const [index, file] of migrations().entries()) {
    if (version() > index) continue;
    db.transaction(() => {
      // Another process may have come first while this one waited for the lock.
      if (version() > index) return;
      db.exec(readFileSync(new URL(file, folder), 'utf8'));
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}

/**
 * A connection that leaves the file and its folder alone. SQLite makes files beside a WAL database even to read it, so
 * only one with a living writer, whose files are there, is opened itself; any other is read into memory.
 */
export function openUntouched(path: string): Database.Database {
  const sizeOf = (suffix: string) => statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0;
  for (let attempt = 0; attempt < 5; attempt++) {
    if (sizeOf('-wal') > 0 || sizeOf('-journal') > 0) break;
    const before = statSync(path, { throwIfNoEntry: false });
    if (before === undefined || !before.isFile()) {
      const isThere = before !== undefined;
      const what = !isThere
        ? 'there is no such file'
        : before.isDirectory()
          ? 'it is a folder'
          : 'it is no regular file';
      throw new StudyError('STUDY_STORE', `cannot open the study database ${path}: ${what}`, {
        remedy: isThere ? 'give the file in it' : 'check the path; "supersam search" creates it',
      });
    }
    if (before.size > LARGEST_COPY) return newDatabase(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    const content = readFileSync(path);
    // A writer that came meanwhile moves pages from its log into the file.
    const after = statSync(path);
    if (after.mtimeMs === before.mtimeMs && after.size === content.length) return inMemory(content);
  }
  if (sizeOf('-wal') > 0 && existsSync(`${path}-shm`)) {
    const db = newDatabase(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    try {
      db.pragma('user_version');
      return db;
    } catch (error) {
      db.close();
      if (!/CANTOPEN|READONLY/.test(String((error as { code?: unknown }).code))) throw error;
    }
  }
  // What a killed process left behind: SQLite repairs a copy.
  const copies = mkdtempSync(join(tmpdir(), 'supersam-read-'));
  try {
    const copy = join(copies, 'study.db');
    for (const suffix of ['', '-wal', '-journal'])
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    const db = newDatabase(copy);
    try {
      return inMemory(db.serialize());
    } finally {
      db.close();
    }
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

function inMemory(content: Buffer): Database.Database {
  // A database in memory has no log beside it; bytes 18 and 19 say that this one has.
  const [read, write] = [18, 19];
  if (content[read] === 2) content[read] = content[write] = 1;
  return content.length === 0 ? newDatabase(':memory:') : newDatabase(content);
}

/** What SQLite says: what it means, what to do, and whether everything stored before is known to be safe. */
const MEANINGS: { readonly [code: string]: readonly [what: string, remedy: string, isSafe: boolean] } = {
  SQLITE_FULL: ['the disk is full', 'free some space and run the command again, a search with --resume', true],
  SQLITE_IOERR: [
    'the disk cannot be read or written',
    'check the disk and its free space and run the command again, a search with --resume',
    false,
  ],
  SQLITE_READONLY: ['it is read-only', 'make the file and its folder writable', true],
  SQLITE_CANTOPEN: ['it cannot be opened', 'check that the folder exists and is writable', false],
  SQLITE_NOTADB: [
    'it is not a SQLite database',
    'give a database of supersam; what Optuna, OpenTuner and Kernel Tuner wrote is read by `supersam import`',
    false,
  ],
  SQLITE_CORRUPT: [
    'it is damaged',
    'restore it from a copy, or save what can be read: `supersam doctor FILE --repair NEW_FILE`',
    false,
  ],
  SQLITE_BUSY: ['another process keeps it locked', 'wait for that process to end', true],
};

/** Runs `work`; what SQLite or the file system says becomes one clear `StudyError` (STUDY_STORE). */
export function withStoreErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown };
    if (cause instanceof StudyError || typeof code !== 'string' || !/^(SQLITE_|E[A-Z]+$)/.test(code)) throw cause;
    const known = Object.entries(MEANINGS).find(([prefix]) => code.startsWith(prefix));
    const [what, remedy, isSafe] = known?.[1] ?? [String(message), undefined, false];
    throw new StudyError(
      'STUDY_STORE',
      `cannot use the study database ${path}: ${what}${isSafe ? '; what was stored is safe' : ''}`,
      { remedy, cause },
    );
  }
}
