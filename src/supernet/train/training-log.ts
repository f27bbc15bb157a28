import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { writeAtomically } from '../../base/files.js';
import { ModelError } from '../../errors.js';

/** What is written down of a step; null where there was nothing to measure. */
export interface TrainingRow {
  readonly step: number;
  readonly rate: number;
  readonly gradientNorm: number;
  readonly lossLargest: number | null;
  readonly lossSmallest: number | null;
  readonly lossRandom: number | null;
  readonly iouLargest: number | null;
  readonly iouMedium: number | null;
  readonly iouSmallest: number | null;
  readonly lossMedium: number | null;
}

/** The columns of `training.csv` in order, each with the way its numbers are written. */
const COLUMNS: { readonly [name in keyof TrainingRow]: (value: number) => string } = {
  step: String,
  rate: (value) => value.toExponential(4),
  gradientNorm: (value) => value.toFixed(4),
  lossLargest: (value) => value.toFixed(5),
  lossSmallest: (value) => value.toFixed(5),
  lossRandom: (value) => value.toFixed(5),
  iouLargest: (value) => value.toFixed(4),
  iouMedium: (value) => value.toFixed(4),
  iouSmallest: (value) => value.toFixed(4),
  lossMedium: (value) => value.toFixed(5),
};
const NAMES = Object.keys(COLUMNS) as readonly (keyof TrainingRow)[];

/** `training.csv` and `training.db` of an output folder, a row a step. */
export interface TrainingLog {
  append(row: TrainingRow): Promise<void>;
  /** All rows up to now, rounded as they were written. */
  rows(): readonly TrainingRow[];
  close(): void;
}

/** Opens the log behind the last step of the checkpoint; later rows belong to steps that will be done again. */
export async function openTrainingLog(folder: string, lastStep: number): Promise<TrainingLog> {
  const path = join(folder, 'training.csv');
  const lines = existsSync(path) ? (await readFile(path, 'utf8')).split('\n').slice(1) : [];
  const rows = lines.filter((line) => line !== '' && Number.parseInt(line, 10) <= lastStep).map(parse);
  await writeAtomically(path, `${[NAMES.join(','), ...rows.map(format)].join('\n')}\n`);
  const database = openTrainingDatabase(folder, NAMES, rows);
  return {
    async append(row) {
      const line = format(row);
      rows.push(parse(line));
      database.insert(row);
      await appendFile(path, `${line}\n`);
    },
    rows: () => rows,
    close: database.close,
  };
}

const format = (row: TrainingRow): string =>
  NAMES.map((name) => (row[name] === null ? '' : COLUMNS[name](row[name]))).join(',');

function parse(line: string): TrainingRow {
  const cells = line.split(',');
  const entries = NAMES.map((name, i) => [name, (cells[i] ?? '') === '' ? null : Number(cells[i])]);
  return Object.fromEntries(entries) as TrainingRow;
}

type Scored = Pick<TrainingRow, 'step' | 'iouLargest' | 'iouMedium' | 'iouSmallest'>;

export interface EarlyStop {
  /** Step of the best evaluation so far, the earliest of equals; 0 before the first one. */
  readonly bestStep: number;
  /** Evaluations since then. */
  readonly waited: number;
}

/**
 * Where early stopping stands after the steps of a log: the score of an evaluation is the mean IoU of the subnets that were measured. It
 * follows from the log alone, so that a resumed training stops where one that never stopped would.
 */
export function earlyStop(rows: readonly Scored[]): EarlyStop {
  const evaluations = rows.flatMap(({ step, iouLargest, iouMedium, iouSmallest }) => {
    const scores = [iouLargest, iouMedium, iouSmallest].filter((score) => score !== null);
    return scores.length === 0 ? [] : [{ step, score: scores.reduce((sum, each) => sum + each, 0) / scores.length }];
  });
  const best = evaluations.reduce((at, { score }, i) => (score > (evaluations[at]?.score ?? 0) ? i : at), 0);
  return {
    bestStep: evaluations[best]?.step ?? 0,
    waited: Math.max(0, evaluations.length - 1 - best),
  };
}

type Row = { readonly [column: string]: number | null };

export interface TrainingDatabase<T> {
  insert(row: T): void;
  close(): void;
}

/**
 * `training.db` of an output folder: table `training_step`, one row a step, columns as in `training.csv` but in snake case and with
 * all their digits. It is opened holding exactly the steps of `rows`.
 * @throws ModelError MODEL_WRITE when the file is not a database
 */
function openTrainingDatabase<T extends { readonly step: number }>(
  folder: string,
  names: readonly (keyof T & string)[],
  rows: readonly T[],
): TrainingDatabase<T> {
  const path = join(folder, 'training.db');
  const columns = names.map(snakeCase);
  try {
    const db = new Database(path, { timeout: 10_000 });
    db.pragma('journal_mode = WAL');
    const types = columns.map((column) => (column === 'step' ? 'step INTEGER PRIMARY KEY' : `${column} REAL`));
    db.exec(`CREATE TABLE IF NOT EXISTS training_step (${types.join(', ')})`);
    const insert = db.prepare(
      `INSERT OR IGNORE INTO training_step (${columns.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
    );
    db.transaction(() => {
      db.prepare('DELETE FROM training_step WHERE step > ?').run(rows.at(-1)?.step ?? 0);
      for (const row of rows) insert.run(row as Row);
    })();
    return { insert: (row) => void insert.run(row as Row), close: () => void db.close() };
  } catch (cause) {
    throw new ModelError('MODEL_WRITE', `cannot write ${path}: ${(cause as Error).message}`, {
      cause,
      remedy: 'move the file away or choose another output folder',
    });
  }
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
