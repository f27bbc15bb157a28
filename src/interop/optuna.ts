import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { didYouMean } from '../base/did-you-mean.js';
import { setOwn } from '../base/json.js';
import type { Measurement, Metrics } from '../core/oracle.js';
import type { Configuration, Value } from '../core/space.js';
import { StudyError } from '../errors.js';
import { openUntouched, withStoreErrors } from '../store/database.js';
import { createConditions } from './conditions.js';
import { type OptunaParameter, readDistribution } from './optuna-distributions.js';
import { type ForeignStudy, type ForeignTrial, parameterName } from './store-study.js';

/**
 * The studies of an Optuna database (SQLite; the schema of Optuna 3 to 5). Nothing is written to it. Parameters keep their
 * ranges; names are spelled as spaces here take them. A parameter that some trials lack gets the condition that tells
 * those trials apart, where one parameter before it does. Pruned trials come as failed, those that break a constraint as
 * infeasible, numbers among user attributes as metrics; trials that run or wait are left out.
 *
 * @param names which studies; all when empty.
 * @throws StudyError STUDY_IMPORT when it is no such database, or has no study of that name.
 */
export function readOptuna(path: string, names: readonly string[] = []): ForeignStudy[] {
  return withStoreErrors(path, () => {
    const db = openUntouched(path);
    try {
      return db.transaction(() => readStudies(db, path, names))();
    } finally {
      db.close();
    }
  });
}

/** Whether a SQLite database is one of Optuna's. */
export const isOptuna = (tables: readonly string[]): boolean =>
  ['studies', 'trials', 'trial_params', 'trial_values', 'study_directions'].every((name) => tables.includes(name));

function readStudies(db: Database.Database, path: string, names: readonly string[]): ForeignStudy[] {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  if (!isOptuna(tables)) {
    throw new StudyError('STUDY_IMPORT', `${path} is no database of Optuna 3 or later`, {
      remedy: tables.includes('studies') ? 'bring it up to date by "optuna storage upgrade"' : 'give another file',
    });
  }
  const studies = db.prepare('SELECT study_id AS id, study_name AS name FROM studies ORDER BY study_id').all() as {
    readonly id: number;
    readonly name: string;
  }[];
  const missing = names.find((name) => !studies.some((study) => study.name === name));
  if (missing !== undefined) {
    const known = studies.map(({ name }) => name);
    throw new StudyError('STUDY_IMPORT', `${path} holds no study "${missing}".${didYouMean(missing, known)}`, {
      remedy: `it holds: ${known.join(', ')}`,
    });
  }
  const database = createHash('sha256').update(readFileSync(path)).digest('hex');
  const version = db.prepare('SELECT library_version FROM version_info').pluck().get() as string | undefined;
  const chosen = studies.filter(({ name }) => names.length === 0 || names.includes(name));
  return chosen.map(({ id, name }) => readOne(db, id, name, { database, optuna: version ?? 'unknown' }));
}

interface TrialRow {
  readonly id: number;
  readonly state: string;
  readonly start: string | null;
  readonly end: string | null;
}

function readOne(
  db: Database.Database,
  id: number,
  name: string,
  fingerprint: ForeignStudy['fingerprint'],
): ForeignStudy {
  const directions = db
    .prepare('SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective')
    .pluck()
    .all(id) as string[];
  const named = db
    .prepare("SELECT value_json FROM study_system_attributes WHERE study_id = ? AND key = 'study:metric_names'")
    .pluck()
    .get(id) as string | undefined;
  const metricNames = named === undefined ? [] : (JSON.parse(named) as string[]);
  const metrics = directions.map((_, i) => metricNames[i] ?? (directions.length === 1 ? 'value' : `value${i}`));
  const rows = db
    .prepare(
      'SELECT trial_id AS id, state, datetime_start AS start, datetime_complete AS end FROM trials WHERE study_id = ? ORDER BY datetime_complete, number',
    )
    .all(id) as TrialRow[];
  const finished = rows.filter(({ state }) => ['COMPLETE', 'PRUNED', 'FAIL'].includes(state));
  const { parameters, configurations, spelled } = readParameters(db, id, metrics);
  const measured = createMeasurements(db, metrics);
  // One that failed may have ended before it had all.
  const isComplete = new Set(rows.filter(({ state }) => state === 'COMPLETE').map((row) => row.id));
  const complete = [...configurations]
    .filter(([trial]) => isComplete.has(trial))
    .map(([, configuration]) => configuration);
  const conditions = createConditions(complete, [...parameters.keys()]);
  const left = rows.length - finished.length;
  const gaps = conditions.filter(({ when, isComplete }) => when === undefined && !isComplete).map((gap) => gap.name);
  return {
    ...{ name, program: 'optuna', fingerprint },
    space: {
      name,
      parameters: [...parameters].map(([own, { definition }], i) => {
        const when = conditions[i]?.when;
        return { name: own, ...definition, ...(when === undefined ? {} : { when }) };
      }),
    },
    objectives: directions.map((direction, i) => ({
      metric: metrics[i] as string,
      direction: direction === 'MAXIMIZE' ? 'max' : 'min',
    })),
    trials: finished.map((row): ForeignTrial => {
      const [startedAt, finishedAt] = [timeOf(row.start), timeOf(row.end)];
      const seconds =
        startedAt === null || finishedAt === null ? {} : { seconds: Math.max(0, finishedAt - startedAt) / 1000 };
      return {
        technique: 'optuna',
        configuration: configurations.get(row.id) ?? {},
        measurement: { ...measured(row), ...seconds },
        times: { startedAt, finishedAt },
      };
    }),
    notes: [
      ...(left > 0 ? [`${left} trials that ran or waited were left out`] : []),
      ...spelled.map(([was, is]) => `parameter "${was}" is called ${is} here`),
      ...gaps.map((gap) => `some trials lack ${gap}, and no one parameter before it tells which`),
    ],
  };
}

/** Local time without a zone, as Optuna writes it, is taken as it stands. */
const timeOf = (text: string | null) => {
  const time = text === null ? Number.NaN : Date.parse(`${text.replace(' ', 'T').slice(0, 23)}Z`);
  return Number.isFinite(time) ? time : null;
};

function readParameters(db: Database.Database, study: number, metrics: readonly string[]) {
  const rows = db
    .prepare(
      `SELECT trial_id AS trial, param_name AS name, param_value AS value, distribution_json AS distribution FROM trial_params
       JOIN trials USING (trial_id) WHERE study_id = ? ORDER BY param_id`,
    )
    .all(study) as {
    readonly trial: number;
    readonly name: string;
    readonly value: number;
    readonly distribution: string;
  }[];
  const names = new Map<string, string>();
  const taken = new Set(metrics);
  const parameters = new Map<string, OptunaParameter>();
  const known = new Map<string, OptunaParameter>();
  const configurations = new Map<number, { [name: string]: Value }>();
  for (const { trial, name: given, value, distribution } of rows) {
    const name = names.get(given) ?? parameterName(given, taken);
    names.set(given, name);
    taken.add(name);
    const parameter = known.get(distribution) ?? readDistribution(distribution, given);
    known.set(distribution, parameter);
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? parameter : before.widen(parameter));
    const configuration = configurations.get(trial) ?? {};
    setOwn(configuration, name, parameter.read(value));
    configurations.set(trial, configuration);
  }
  const spelled = [...names].filter(([was, is]) => was !== is);
  return { parameters, configurations: configurations as ReadonlyMap<number, Configuration>, spelled };
}

/** What a trial came to. */
function createMeasurements(db: Database.Database, metrics: readonly string[]): (row: TrialRow) => Measurement {
  const values = db.prepare('SELECT objective, value, value_type AS type FROM trial_values WHERE trial_id = ?');
  const attributes = db.prepare('SELECT key, value_json AS json FROM trial_user_attributes WHERE trial_id = ?');
  const system = db.prepare('SELECT key, value_json AS json FROM trial_system_attributes WHERE trial_id = ?');
  const last = db
    .prepare('SELECT step FROM trial_intermediate_values WHERE trial_id = ? ORDER BY step DESC LIMIT 1')
    .pluck();
  type Attribute = { readonly key: string; readonly json: string };
  return ({ id, state }) => {
    const own = values.all(id) as {
      readonly objective: number;
      readonly value: number | null;
      readonly type: string;
    }[];
    const said = attributes.all(id) as Attribute[];
    const numbers = said.map(({ key, json }) => [key, JSON.parse(json) as unknown] as const);
    const measured: Metrics = Object.fromEntries([
      ...numbers.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
      ...own.map(({ objective, value, type }) => [
        metrics[objective] ?? '',
        type === 'FINITE' ? (value ?? Number.NaN) : Number.NaN,
      ]),
    ]);
    if (state === 'PRUNED') {
      const step = last.get(id) as number | undefined;
      return { state: 'failed', kind: 'timeout', message: `pruned${step === undefined ? '' : ` at step ${step}`}` };
    }
    const notes = new Map((system.all(id) as Attribute[]).map(({ key, json }) => [key, json]));
    if (state === 'FAIL') {
      return { state: 'failed', kind: 'runtime', message: String(JSON.parse(notes.get('fail_reason') ?? '"failed"')) };
    }
    const constraints = [JSON.parse(notes.get('constraints') ?? '[]') as unknown].flat();
    const broken = constraints.findIndex((value) => Number(value) > 0);
    if (broken >= 0) return { state: 'infeasible', message: `constraint ${broken} is ${constraints[broken]}` };
    return { state: 'complete', metrics: measured };
  };
}
