import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { didYouMean } from '../base/did-you-mean.js';
import type { Configuration } from '../core/space.js';
import { StudyError } from '../errors.js';
import { openForReading, openForWriting, withStoreErrors } from './database.js';
import { takeLease } from './lease.js';

/**
 * Puts configurations into a study's queue. Its writer, now or when it goes on, measures them before what its technique
 * proposes. Whether they are legal is for the caller to check; the writer leaves out what is not.
 *
 * @throws StudyError STUDY_MISSING, and what opening the database throws.
 */
export function enqueueTrials(path: string, name: string, configurations: readonly Configuration[]): void {
  edit(path, (db) => {
    const insert = db.prepare('INSERT INTO enqueued (study_id, configuration, at) VALUES (?, ?, ?)');
    const id = idOf(db, path, name);
    for (const configuration of configurations) insert.run(id, JSON.stringify(configuration), now());
  });
}

/** Writes a note to a study, or to one of its trials. @throws StudyError STUDY_MISSING, STUDY_TRIAL. */
export function addNote(path: string, name: string, text: string, number?: number): void {
  edit(path, (db) => {
    const id = idOf(db, path, name);
    const known = db.prepare('SELECT 1 FROM trial WHERE study_id = ? AND number = ?');
    if (number !== undefined && known.get(id, number) === undefined) {
      throw new StudyError('STUDY_TRIAL', `study "${name}" has no trial ${number}`, {
        remedy: 'list them with "supersam trials"',
      });
    }
    db.prepare('INSERT INTO note (study_id, number, text, at) VALUES (?, ?, ?, ?)').run(
      id,
      number ?? null,
      text,
      now(),
    );
  });
}

/**
 * Deletes a study with all that is kept of it.
 *
 * @throws StudyError STUDY_BUSY when a living process writes to it, STUDY_MISSING.
 */
export function deleteStudy(path: string, name: string): void {
  edit(path, (db) => {
    const id = idOf(db, path, name);
    takeLease(db, id, name, false).release();
    db.prepare('DELETE FROM study WHERE id = ?').run(id);
    db.prepare('DELETE FROM space WHERE hash NOT IN (SELECT space_hash FROM study)').run();
  });
}

/** Gives a study another name. @throws StudyError STUDY_BUSY, STUDY_MISSING, STUDY_EXISTS when there is one of that name. */
export function renameStudy(path: string, name: string, to: string): void {
  edit(path, (db) => {
    const id = idOf(db, path, name);
    refuseTaken(db, path, to);
    takeLease(db, id, name, false).release();
    db.prepare('UPDATE study SET name = ? WHERE id = ?').run(to, id);
  });
}

function refuseTaken(db: Database.Database, path: string, name: string): void {
  if (db.prepare('SELECT 1 FROM study WHERE name = ?').get(name) === undefined) return;
  throw new StudyError('STUDY_EXISTS', `${path} holds a study "${name}" already`, { remedy: 'give another name' });
}

interface Named {
  readonly path: string;
  readonly name: string;
}

/** Everything of a study but who writes to it. */
const TABLES = [
  ...['objective', 'trial', 'trial_value', 'trial_metric', 'technique_snapshot'],
  ...['event', 'environment', 'enqueued', 'note'],
];

/**
 * Copies a study, as it is at this moment, under another name or into another database, which is made when it is not
 * there. The copy can be gone on with as the original: seed, technique and its state are the same.
 *
 * @throws StudyError STUDY_MISSING, STUDY_EXISTS when the target holds a study of that name.
 */
export function copyStudy(from: Named, to: Named): void {
  const source = openForReading(from.path);
  try {
    const tables = withStoreErrors(from.path, () => source.transaction(() => readTables(source, from))());
    edit(to.path, (db) => writeTables(db, tables, to), { create: true });
  } finally {
    source.close();
  }
}

type Row = { readonly [column: string]: unknown };
type Tables = ReadonlyMap<string, readonly Row[]>;

function readTables(db: Database.Database, { path, name }: Named): Tables {
  const id = idOf(db, path, name);
  const study = db.prepare('SELECT * FROM study WHERE id = ?').all(id) as Row[];
  const space = db.prepare('SELECT * FROM space WHERE hash = ?').all(study[0]?.['space_hash']) as Row[];
  const rest = TABLES.map((table): [string, Row[]] => [
    table,
    db.prepare(`SELECT * FROM ${table} WHERE study_id = ?`).all(id) as Row[],
  ]);
  return new Map([['space', space], ['study', study], ...rest]);
}

function writeTables(db: Database.Database, tables: Tables, { path, name }: Named): void {
  refuseTaken(db, path, name);
  const insert = (table: string, rows: readonly Row[], how = 'INSERT'): number | bigint => {
    const columns = Object.keys(rows[0] ?? {});
    const statement = db.prepare(
      `${how} INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    return rows.map((row) => statement.run(...Object.values(row)).lastInsertRowid).at(-1) ?? 0;
  };
  insert('space', tables.get('space') ?? [], 'INSERT OR IGNORE');
  const study = (tables.get('study') ?? []).map(({ id: _, ...columns }) => ({ ...columns, name }));
  const id = insert('study', study);
  for (const table of TABLES) {
    const rows = (tables.get(table) ?? []).map(({ id: _, ...row }) => ({ ...row, study_id: id }));
    if (rows.length > 0) insert(table, rows);
  }
  // Nobody measures the copy's trials; the attempt is the original's.
  db.prepare(
    `UPDATE trial SET state = 'pending', attempts = attempts - 1, started_at = NULL WHERE study_id = ? AND state = 'running'`,
  ).run(id);
}

/** One writing transaction on a database that is there. */
function edit(path: string, work: (db: Database.Database) => void, { create = false } = {}): void {
  if (!create && !existsSync(path)) openForReading(path).close();
  const db = openForWriting(path, true);
  try {
    withStoreErrors(path, () => db.transaction(() => work(db)).immediate());
  } finally {
    db.close();
  }
}

function idOf(db: Database.Database, path: string, name: string): number {
  const id = db.prepare('SELECT id FROM study WHERE name = ?').pluck().get(name) as number | undefined;
  if (id !== undefined) return id;
  const names = db.prepare('SELECT name FROM study ORDER BY name').pluck().all() as string[];
  throw new StudyError('STUDY_MISSING', `${path} holds no study "${name}".${didYouMean(name, names)}`, {
    remedy: names.length === 0 ? 'run "supersam search" first' : `it holds: ${names.join(', ')}`,
  });
}

const now = () => new Date().toISOString();
