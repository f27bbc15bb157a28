import { readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { parsePythonJson } from '../base/parse-json.js';
import { sha256 } from '../base/sha256.js';
import { StudyError } from '../errors.js';
import { openUntouched, withStoreErrors } from '../store/database.js';
import { type OptunaStudy, type OptunaTrial, timeOf } from './optuna-records.js';
import { chosenOf } from './store-study.js';

/**
 * The studies of an Optuna database (SQLite; the schemas of Optuna 2.4 to 5). Nothing is written to it.
 *
 * @param names which studies; all when empty.
 * @throws StudyError STUDY_IMPORT when it is no such database, or has no study of that name.
 */
export function readOptunaDatabase(path: string, names: readonly string[]): OptunaStudy[] {
  return withStoreErrors(path, () => {
    const db = openUntouched(path);
    try {
      return db.transaction(() => readStudies(db, path, names))();
    } finally {
      db.close();
    }
  });
}

const TABLES = ['studies', 'trials', 'trial_params', 'trial_values', 'study_directions'];

function readStudies(db: Database.Database, path: string, names: readonly string[]): OptunaStudy[] {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  if (!TABLES.every((name) => tables.includes(name))) {
    throw new StudyError('STUDY_IMPORT', `${path} is no database of Optuna 2.4 or later`, {
      remedy: tables.includes('studies')
        ? 'bring it up to date by "optuna storage upgrade"'
        : `give one of Optuna or OpenTuner; its tables are ${tables.join(', ') || 'none'}`,
    });
  }
  const studies = db.prepare('SELECT study_id AS id, study_name AS name FROM studies ORDER BY study_id').all() as {
    readonly id: number;
    readonly name: string;
  }[];
  const version = db.prepare('SELECT library_version FROM version_info').pluck().get() as string | undefined;
  const fingerprint = { database: sha256(readFileSync(path)), optuna: version ?? 'unknown' };
  const readTrials = createTrialReader(db);
  return chosenOf(studies, names, path).map(({ id, name }) => {
    const directions = db
      .prepare('SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective')
      .pluck()
      .all(id) as string[];
    const metricNames = db
      .prepare("SELECT value_json FROM study_system_attributes WHERE study_id = ? AND key = 'study:metric_names'")
      .pluck()
      .get(id) as string | undefined;
    return {
      ...{ name, fingerprint },
      directions: directions.map((direction) => (direction === 'MAXIMIZE' ? 'max' : 'min')),
      metricNames: metricNames === undefined ? [] : (JSON.parse(metricNames) as string[]),
      trials: readTrials(id),
    };
  });
}

interface TrialRow {
  readonly id: number;
  readonly state: string;
  readonly start: string | null;
  readonly end: string | null;
}
interface ValueRow {
  readonly value: number | null;
  /** Since Optuna 3, whose columns hold finite numbers alone. */
  readonly value_type?: string;
}
interface ParameterRow {
  readonly name: string;
  readonly stored: number;
  readonly distribution: string;
}

function createTrialReader(db: Database.Database): (study: number) => OptunaTrial[] {
  const trials = db.prepare(
    'SELECT trial_id AS id, state, datetime_start AS start, datetime_complete AS end FROM trials WHERE study_id = ? ORDER BY number',
  );
  const parameters = db.prepare(
    'SELECT param_name AS name, param_value AS stored, distribution_json AS distribution FROM trial_params WHERE trial_id = ? ORDER BY param_id',
  );
  const values = db.prepare('SELECT * FROM trial_values WHERE trial_id = ? ORDER BY objective');
  const lastStep = db.prepare('SELECT max(step) FROM trial_intermediate_values WHERE trial_id = ?').pluck();
  const user = db.prepare('SELECT key, value_json AS json FROM trial_user_attributes WHERE trial_id = ?');
  const system = db.prepare('SELECT key, value_json AS json FROM trial_system_attributes WHERE trial_id = ?');
  return (study) =>
    (trials.all(study) as TrialRow[]).map(({ id, state, start, end }) => ({
      ...{ state, startedAt: timeOf(start), finishedAt: timeOf(end) },
      parameters: parameters.all(id) as ParameterRow[],
      values: (values.all(id) as ValueRow[]).map(numberOf),
      userAttributes: attributesOf(user.all(id)),
      systemAttributes: attributesOf(system.all(id)),
      lastStep: (lastStep.get(id) as number | null) ?? undefined,
    }));
}

const INFINITIES: ReadonlyMap<string | undefined, number> = new Map([
  ['INF_POS', Number.POSITIVE_INFINITY],
  ['INF_NEG', Number.NEGATIVE_INFINITY],
]);

const numberOf = ({ value, value_type }: ValueRow): number => INFINITIES.get(value_type) ?? value ?? Number.NaN;

const attributesOf = (rows: readonly unknown[]): ReadonlyMap<string, unknown> =>
  new Map(
    (rows as readonly { readonly key: string; readonly json: string }[]).map(({ key, json }) => [
      key,
      parsePythonJson(json),
    ]),
  );
