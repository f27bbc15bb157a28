import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ModelError } from '../../errors.js';

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
export function openTrainingDatabase<T extends { readonly step: number }>(
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
