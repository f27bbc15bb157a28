import type Database from 'better-sqlite3';
import type { Json } from '../base/json.js';
import type { Fleet } from '../core/executor.js';
import type { Objective } from '../core/objective.js';
import type { FailureKind, Metrics, SeenParts } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import type { StoredStudy, StudyDefinition } from '../core/store.js';
import type { PriorTrial } from '../core/technique.js';
import type { FinishedTrial, OpenTrial } from '../core/trial.js';
import { StudyError } from '../errors.js';

/** The whole study of that name; call it inside one transaction, so that it is of one moment. */
export function readWhole(db: Database.Database, name: string): StoredStudy | undefined {
  const study = readStudy(db, name);
  if (study === undefined) return undefined;
  const { id, definition } = study;
  const seconds = db
    .prepare('SELECT number, seconds FROM trial WHERE study_id = ? AND seconds IS NOT NULL')
    .raw()
    .all(id) as [number, number][];
  return {
    definition,
    finished: readFinished(db, id, definition),
    open: readOpen(db, id, definition),
    seconds: new Map(seconds),
  };
}

/** The definition of the study of that name and its row id. */
export function readStudy(
  db: Database.Database,
  name: string,
): { readonly id: number; readonly definition: StudyDefinition } | undefined {
  const row = db
    .prepare(
      `SELECT study.*, space.name AS space_name, space.parameters, space.definition FROM study
       LEFT JOIN space ON space.hash = study.space_hash WHERE study.name = ?`,
    )
    .get(name) as { [column: string]: string | number | null } | undefined;
  if (row === undefined) return undefined;
  const id = Number(row['id']);
  const objectives = db
    .prepare('SELECT metric, direction FROM objective WHERE study_id = ? ORDER BY position')
    .all(id) as Objective[];
  if (objectives.length === 0) throw damaged(name, 'it has no objectives');
  const json = <T>(column: string) => parse<T>(row[column], name, `its ${column}`);
  const constraints = json<string[]>('constraints');
  const definition: StudyDefinition = {
    name,
    space: {
      name: String(row['space_name']),
      hash: String(row['space_hash']),
      parameters: json<StudyDefinition['space']['parameters']>('parameters'),
      ...(row['definition'] === null ? {} : { definition: json<Json>('definition') }),
    },
    oracle: {
      name: String(row['oracle']),
      fingerprint: json<StudyDefinition['oracle']['fingerprint']>('fingerprint'),
    },
    technique: String(row['technique']),
    objectives,
    seed: Number(row['seed']),
    ...(constraints.length === 0 ? {} : { constraints }),
    ...(row['race'] === null ? {} : { race: Number(row['race']) }),
    ...(row['prior'] === null ? {} : { prior: json<PriorTrial[]>('prior') }),
    begun: { version: String(row['version']), generation: Number(row['generation']) },
  };
  return { id, definition };
}

interface TrialRow {
  readonly number: number;
  readonly technique: string;
  readonly configuration: string;
  readonly state: string;
  readonly improvement: number;
  readonly failure_kind: FailureKind | null;
  readonly failure_message: string | null;
  readonly parts: string | null;
}

/**
 * Finished trials in completion order.
 *
 * @throws StudyError STUDY_DAMAGED when a complete trial lacks a value.
 */
export function readFinished(
  db: Database.Database,
  id: number,
  { name, objectives }: StudyDefinition,
): FinishedTrial[] {
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
  return rows.map((row) => {
    const { number, technique, state, improvement } = row;
    const parts =
      row.parts === null ? {} : { parts: parse<SeenParts>(row.parts, name, `what was measured of trial ${number}`) };
    const base = { number, technique, configuration: configurationOf(row, name), improvement, ...parts };
    const failure =
      row.failure_kind === null ? {} : { failure: { kind: row.failure_kind, message: row.failure_message ?? '' } };
    const measured: Metrics | null = metrics.has(number) ? Object.fromEntries(metrics.get(number) ?? []) : null;
    if (state === 'infeasible' || state === 'failed' || state === 'pruned') {
      return { ...base, state, values: null, metrics: measured, ...failure };
    }
    const found = values.get(number) ?? [];
    if (state !== 'complete') throw damaged(name, `trial ${number} is "${state}" and has a result`);
    if (found.length !== objectives.length) {
      throw damaged(name, `trial ${number} is complete with ${found.length} of ${objectives.length} values`);
    }
    return { ...base, state, values: found, metrics: measured ?? {}, ...failure };
  });
}

/** Trials without a result, by number. */
export function readOpen(db: Database.Database, id: number, { name }: StudyDefinition): OpenTrial[] {
  const rows = db
    .prepare(
      `SELECT number, technique, configuration, attempts FROM trial
       WHERE study_id = ? AND completion IS NULL ORDER BY number`,
    )
    .all(id) as { number: number; technique: string; configuration: string; attempts: number }[];
  return rows.map((row) => ({
    number: row.number,
    technique: row.technique,
    configuration: configurationOf(row, name),
    ...(row.attempts === 0 ? {} : { attempts: row.attempts }),
  }));
}

/** The trials that are being measured, and since when in milliseconds since 1970; null when an older release began it. */
export function readRunning(db: Database.Database, id: number): Map<number, number | null> {
  // The index of completions has those without one; states have none.
  const running = db.prepare(
    "SELECT number, started_at FROM trial WHERE study_id = ? AND completion IS NULL AND state = 'running'",
  );
  return new Map(running.raw().all(id) as [number, number | null][]);
}

/** Who measures for the study's writer; null when nobody else does. */
export function readFleet(db: Database.Database, id: number, name: string): Fleet | null {
  const text = db.prepare('SELECT fleet FROM lease WHERE study_id = ?').pluck().get(id) as string | null | undefined;
  return text === undefined || text === null ? null : parse<Fleet>(text, name, 'who measures for it');
}

/** JSON as stored, or STUDY_DAMAGED. */
export function parse<T>(text: unknown, study: string, what: string): T {
  try {
    return JSON.parse(String(text)) as T;
  } catch {
    throw damaged(study, `${what} cannot be read`);
  }
}

function configurationOf(row: { readonly number: number; readonly configuration: string }, study: string) {
  const configuration = parse<Configuration | null>(
    row.configuration,
    study,
    `the configuration of trial ${row.number}`,
  );
  if (typeof configuration === 'object' && configuration !== null) return configuration;
  throw damaged(study, `the configuration of trial ${row.number} cannot be read`);
}

const damaged = (study: string, what: string) =>
  new StudyError('STUDY_DAMAGED', `study "${study}" is damaged: ${what}`, {
    remedy: 'restore the database from a copy, or save what can be read: `supersam doctor FILE --repair NEW_FILE`',
  });

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
