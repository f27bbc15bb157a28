import { existsSync, renameSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { TrialFault } from '../core/store.js';
import { UsageError } from '../errors.js';
import { openForWriting, openUntouched, withStoreErrors } from './database.js';

/** What was saved of a study, and what was not: trials by number, or null for what belongs to the study as a whole. */
export interface SalvagedStudy {
  readonly name: string;
  readonly finished: number;
  readonly open: number;
  readonly lost: readonly TrialFault[];
}

type Row = { readonly [column: string]: unknown };

/** Rows that belong to a study beside its trials; where one cannot be read, the study is still one. */
const BESIDE = ['event', 'environment', 'enqueued', 'note'];
/** So many numbers in a row without a trial end the search for more. */
const GAP = 2000;

/**
 * Writes what can be read of a damaged database into a new one: every row is looked up by its key, so that a damaged page
 * takes none but its own. A result that lacks a part is measured again when the study goes on; the technique of a study
 * that lost a result learns from the trials that are left.
 *
 * @returns one entry a study that is known of; without a single trial nothing is written.
 * @throws UsageError when `to` is there already, StudyError STUDY_STORE when `from` cannot be opened.
 */
export function salvage(from: string, to: string): SalvagedStudy[] {
  if (existsSync(to)) throw new UsageError(`${to} is there already`, { remedy: 'name a new file' });
  const partial = `${to}.partial`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(partial + suffix, { force: true });
  const source = withStoreErrors(from, () => openUntouched(from));
  try {
    let target: Database.Database | undefined;
    try {
      const into = openForWriting(partial, true);
      target = into;
      const studies = withStoreErrors(to, () => into.transaction(() => salvageAll(source, into))());
      into.pragma('journal_mode = DELETE');
      into.close();
      if (studies.some(({ finished, open }) => finished + open > 0)) renameSync(partial, to);
      return studies;
    } finally {
      target?.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(partial + suffix, { force: true });
    }
  } finally {
    source.close();
  }
}

function salvageAll(source: Database.Database, target: Database.Database): SalvagedStudy[] {
  const insert = inserter(target);
  const ids = readIds(source);
  return ids.flatMap((id) => {
    const study = one(source, 'SELECT * FROM study WHERE id = ?', id);
    const space = one(source, 'SELECT * FROM space WHERE hash = ?', study?.['space_hash']);
    const objectives = range(10_000, (i) =>
      one(source, 'SELECT * FROM objective WHERE study_id = ? AND position = ?', id, i),
    );
    if (study === undefined || space === undefined || objectives.length === 0) {
      return [
        {
          name: String(study?.['name'] ?? id),
          ...NOTHING,
          lost: [{ trial: null, what: 'its settings cannot be read' }],
        },
      ];
    }
    insert('space', space, 'INSERT OR IGNORE');
    insert('study', study);
    for (const objective of objectives) insert('objective', objective);
    const saved = salvageTrials(source, insert, id, objectives);
    if (saved.lost.length > 0) for (const sql of UNPROVEN) target.prepare(sql).run(id);
    return [{ name: String(study['name']), ...saved }];
  });
}

/** Seals and the order of asks hold for a whole record; of a part they would say that it was changed. */
const UNPROVEN = [
  'UPDATE study SET sealed = NULL WHERE id = ?',
  'UPDATE trial SET seal = NULL, asked_step = NULL, asked_count = NULL, told_step = NULL WHERE study_id = ?',
];

const NOTHING = { finished: 0, open: 0 };

function salvageTrials(
  source: Database.Database,
  insert: ReturnType<typeof inserter>,
  id: number,
  objectives: readonly Row[],
): Omit<SalvagedStudy, 'name'> {
  const lost: TrialFault[] = [];
  const lose = (trial: number | null, what: string) => void lost.push({ trial, what });
  const found: { row: Row; values: readonly Row[]; metrics: readonly Row[] }[] = [];
  const end = lastNumber(source, id);
  for (let number = 0, missing = 0; number <= end || missing < GAP; number++) {
    const row = one(source, 'SELECT * FROM trial WHERE study_id = ? AND number = ?', id, number);
    missing = row === undefined ? missing + 1 : 0;
    if (row === undefined || !isUsable(row)) {
      if (row !== undefined || number <= end) lose(number, 'it cannot be read');
      continue;
    }
    const cells = (table: string) =>
      many(source, `SELECT * FROM ${table} WHERE study_id = ? AND number = ?`, id, number);
    found.push({ row, values: cells('trial_value'), metrics: cells('trial_metric') });
  }
  const told = found.filter(({ row }) => row['completion'] !== null);
  told.sort((a, b) => Number(a.row['completion']) - Number(b.row['completion']));
  let completion = 0;
  let open = 0;
  for (const { row, values, metrics } of [...told, ...found.filter((each) => !told.includes(each))]) {
    const isWhole = row['state'] !== 'complete' || values.length === objectives.length;
    if (row['completion'] === null || !isWhole) {
      if (!isWhole) lose(Number(row['number']), 'its result cannot be read; it is measured again');
      if (insert('trial', { ...row, state: 'pending', ...UNTOLD })) open++;
      else lose(Number(row['number']), 'it is none');
      continue;
    }
    if (!insert('trial', { ...row, completion })) {
      lose(Number(row['number']), 'it is none');
      continue;
    }
    completion++;
    for (const value of values) insert('trial_value', value);
    for (const metric of metrics) insert('trial_metric', metric);
  }
  const snapshot = one(source, 'SELECT * FROM technique_snapshot WHERE study_id = ?', id);
  const hasState = snapshot !== undefined && isJson(snapshot['state']);
  // A memory of results that are gone would speak of trials that are not there.
  if (hasState && lost.length === 0) insert('technique_snapshot', snapshot);
  else if (!hasState && told.length > 0)
    lose(null, "its technique's state cannot be read; it learns from the trials anew");
  else if (hasState) lose(null, "its technique's state is left out with what it knew; it learns from the trials anew");
  for (const table of BESIDE) {
    if (!hasTable(source, table)) continue;
    const rows = many(source, `SELECT * FROM ${table} WHERE study_id = ?`, id);
    for (const { id: _, ...row } of rows) insert(table, row);
  }
  return { finished: completion, open, lost };
}

/** What a trial has no more whose result is gone. */
const UNTOLD = {
  ...{ completion: null, improvement: null, failure_kind: null, failure_message: null, seconds: null },
  ...{ told_step: null, seal: null, finished_at: null, parts: null },
};

const isUsable = ({ configuration, completion, number, technique }: Row) =>
  isJson(configuration) &&
  typeof technique === 'string' &&
  Number.isInteger(number) &&
  (completion === null || Number.isInteger(completion));

function isJson(text: unknown): boolean {
  try {
    return typeof text === 'string' && JSON.parse(text) !== undefined;
  } catch {
    return false;
  }
}

function readIds(db: Database.Database): number[] {
  const all = many(db, 'SELECT id FROM study ORDER BY id').map(({ id }) => Number(id));
  return all.length > 0
    ? all
    : range(1000, (i) => one(db, 'SELECT id FROM study WHERE id = ?', i)).map(({ id }) => Number(id));
}

/** The largest number that any table knows of. */
function lastNumber(db: Database.Database, id: number): number {
  const known = ['trial', 'trial_value', 'trial_metric'].map((table) =>
    Number(one(db, `SELECT max(number) AS last FROM ${table} WHERE study_id = ?`, id)?.['last'] ?? -1),
  );
  return Math.max(...known);
}

const hasTable = (db: Database.Database, name: string) =>
  one(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", name) !== undefined;

function range(count: number, read: (i: number) => Row | undefined): Row[] {
  const rows: Row[] = [];
  for (let i = 0, missing = 0; i < count && missing < 64; i++) {
    const row = read(i);
    missing = row === undefined ? missing + 1 : 0;
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

const one = (db: Database.Database, sql: string, ...keys: unknown[]): Row | undefined =>
  attempt(() => db.prepare(sql).get(...keys) as Row | undefined);
const many = (db: Database.Database, sql: string, ...keys: unknown[]): Row[] =>
  attempt(() => db.prepare(sql).all(...keys) as Row[]) ?? [];

/** Undefined for what is on a damaged page. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (/^SQLITE_(CORRUPT|IOERR|NOTADB|ERROR)/.test(String((error as { code?: unknown }).code))) return undefined;
    throw error;
  }
}

/** Inserts the columns that today's schema has; what breaks a rule of it is damaged and left out. */
function inserter(db: Database.Database) {
  const columns = new Map<string, readonly string[]>();
  return (table: string, row: Row, how = 'INSERT OR IGNORE'): boolean => {
    const known =
      columns.get(table) ?? (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
    columns.set(table, known);
    const own = known.filter((name) => Object.hasOwn(row, name));
    const statement = db.prepare(`${how} INTO ${table} (${own.join(', ')}) VALUES (${own.map(() => '?').join(', ')})`);
    try {
      return statement.run(...own.map((name) => row[name])).changes > 0;
    } catch (error) {
      if (String((error as { code?: unknown }).code).startsWith('SQLITE_CONSTRAINT')) return false;
      throw error;
    }
  };
}
