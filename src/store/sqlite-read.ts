import type Database from 'better-sqlite3';
import type { Objective } from '../core/objective.js';
import type { FailureKind } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import type { OpenTrial, StudyDefinition } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';

/** The definition of the study of that name and its row id. */
export function readStudy(
  db: Database.Database,
  name: string,
): { readonly id: number; readonly definition: StudyDefinition } | undefined {
  const row = db
    .prepare(
      `SELECT study.*, space.name AS space_name, space.parameters FROM study
       JOIN space ON space.hash = study.space_hash WHERE study.name = ?`,
    )
    .get(name) as { [column: string]: string | number } | undefined;
  if (row === undefined) return undefined;
  const id = Number(row['id']);
  const objectives = db
    .prepare('SELECT metric, direction FROM objective WHERE study_id = ? ORDER BY position')
    .all(id) as Objective[];
  const constraints = JSON.parse(String(row['constraints'])) as string[];
  const definition: StudyDefinition = {
    name,
    space: {
      name: String(row['space_name']),
      hash: String(row['space_hash']),
      parameters: JSON.parse(String(row['parameters'])) as StudyDefinition['space']['parameters'],
    },
    oracle: {
      name: String(row['oracle']),
      fingerprint: JSON.parse(String(row['fingerprint'])) as StudyDefinition['oracle']['fingerprint'],
    },
    technique: String(row['technique']),
    objectives,
    seed: Number(row['seed']),
    ...(constraints.length === 0 ? {} : { constraints }),
  };
  return { id, definition };
}

interface TrialRow {
  readonly number: number;
  readonly technique: string;
  readonly configuration: string;
  readonly state: FinishedTrial['state'];
  readonly improvement: number;
  readonly failure_kind: FailureKind | null;
  readonly failure_message: string | null;
}

/** Finished trials in completion order. */
export function readFinished(db: Database.Database, id: number): FinishedTrial[] {
  const values = collect<number>(
    db.prepare('SELECT number, value FROM trial_value WHERE study_id = ? ORDER BY number, position').all(id) as Cell[],
    ({ value }) => value,
  );
  const metrics = collect<[string, number]>(
    db.prepare('SELECT number, metric, value FROM trial_metric WHERE study_id = ?').all(id) as Cell[],
    ({ metric, value }) => [metric, value],
  );
  const rows = db
    .prepare('SELECT * FROM trial WHERE study_id = ? AND completion IS NOT NULL ORDER BY completion')
    .all(id) as TrialRow[];
  return rows.map((row) => ({
    number: row.number,
    technique: row.technique,
    configuration: JSON.parse(row.configuration) as Configuration,
    state: row.state,
    values: row.state === 'complete' ? (values.get(row.number) ?? []) : null,
    metrics:
      row.state === 'complete' || metrics.has(row.number) ? Object.fromEntries(metrics.get(row.number) ?? []) : null,
    ...(row.failure_kind === null ? {} : { failure: { kind: row.failure_kind, message: row.failure_message ?? '' } }),
    improvement: row.improvement,
  }));
}

/** What measuring took, by number of the finished trial. */
export function readSeconds(db: Database.Database, id: number): Map<number, number> {
  const rows = db
    .prepare('SELECT number, seconds FROM trial WHERE study_id = ? AND seconds IS NOT NULL')
    .raw()
    .all(id) as [number, number][];
  return new Map(rows);
}

/** Trials without a result, by number. */
export function readOpen(db: Database.Database, id: number): OpenTrial[] {
  const rows = db
    .prepare(
      'SELECT number, technique, configuration FROM trial WHERE study_id = ? AND completion IS NULL ORDER BY number',
    )
    .all(id) as { number: number; technique: string; configuration: string }[];
  return rows.map((row) => ({ ...row, configuration: JSON.parse(row.configuration) as Configuration }));
}

interface Cell {
  readonly number: number;
  readonly metric: string;
  readonly value: number;
}

function collect<T>(cells: readonly Cell[], pick: (cell: Cell) => T): Map<number, T[]> {
  const byNumber = new Map<number, T[]>();
  for (const cell of cells) {
    const list = byNumber.get(cell.number) ?? [];
    list.push(pick(cell));
    byNumber.set(cell.number, list);
  }
  return byNumber;
}
