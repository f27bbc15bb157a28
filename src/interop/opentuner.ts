import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import type Database from 'better-sqlite3';
import { isRecord } from '../base/json.js';
import { sha256 } from '../base/sha256.js';
import type { Objective } from '../core/objective.js';
import type { Measurement } from '../core/oracle.js';
import type { Configuration, Value } from '../core/space.js';
import { StudyError } from '../errors.js';
import type { ParameterDefinition } from '../search-space/definition.js';
import { openUntouched, withStoreErrors } from '../store/database.js';
import { numbersAmong, parameterNames, scalarOf } from './foreign-values.js';
import { type Plain, readPlainPickle } from './plain-pickle.js';
import { chosenOf, type ForeignStudy, type ForeignTrial } from './store-study.js';

const METRICS = ['time', 'accuracy', 'energy', 'size', 'confidence'] as const;
/** A configuration that unpacks to more than this is none. */
const MOST_BYTES = 16 * 2 ** 20;

/** Whether a SQLite database is one of OpenTuner's. */
export const isOpenTuner = (tables: readonly string[]): boolean =>
  ['tuning_run', 'configuration', 'desired_result', 'result'].every((name) => tables.includes(name));

/**
 * The tuning runs of an OpenTuner database. Nothing is written to it, and of its pickles plain data alone is read. It does
 * not keep ranges: parameters have those of the values tried; orders and other structures stand as texts.
 *
 * @param names of runs (their `--label`); all when empty. @param given what was optimised, where it is not told.
 * @throws StudyError STUDY_IMPORT when it has no such run, or a configuration that is no plain data.
 */
export function readOpenTuner(
  path: string,
  names: readonly string[] = [],
  given: readonly Objective[] = [],
): ForeignStudy[] {
  return withStoreErrors(path, () => {
    const db = openUntouched(path);
    try {
      const rows = db.prepare('SELECT id, name, objective FROM tuning_run ORDER BY id').all() as Run[];
      const runs = rows.map((run, i) => ({
        ...run,
        name: rows.findIndex(({ name }) => name === run.name) === i ? run.name : `${run.name} ${run.id}`,
      }));
      const fingerprint = { database: sha256(readFileSync(path)) };
      const chosen = chosenOf(runs, names, path, 'run');
      return db.transaction(() => chosen.map((run) => readRun(db, run, fingerprint, given)))();
    } finally {
      db.close();
    }
  });
}

interface Run {
  readonly id: number;
  readonly name: string;
  readonly objective: Uint8Array | null;
}

interface ResultRow {
  readonly [metric: string]: unknown;
  readonly data: Uint8Array;
  readonly state: string;
  readonly date: string | null;
  readonly cost: number | null;
  readonly requestor: string | null;
}

function readRun(
  db: Database.Database,
  run: Run,
  fingerprint: ForeignStudy['fingerprint'],
  given: readonly Objective[],
): ForeignStudy {
  const rows = db
    .prepare(
      `SELECT configuration.data, result.state, result.collection_date AS date, result.collection_cost AS cost,
         result.time, result.accuracy, result.energy, result.size, result.confidence,
         (SELECT requestor FROM desired_result WHERE result_id = result.id LIMIT 1) AS requestor
       FROM result JOIN configuration ON configuration.id = result.configuration_id
       WHERE result.tuning_run_id = ? ORDER BY result.id`,
    )
    .all(run.id) as ResultRow[];
  const read = rows.map((row) => readData(row.data, run.name));
  const { names, notes } = parameterNames(read.flatMap(Object.keys), METRICS);
  const configurations = read.map(
    (data): Configuration =>
      Object.fromEntries(Object.entries(data).map(([name, value]) => [names.get(name) as string, scalarOf(value)])),
  );
  return {
    ...{ name: run.name, program: 'opentuner', fingerprint, objectives: given.length > 0 ? given : [objectiveOf(run)] },
    space: {
      name: run.name,
      parameters: [...names.values()].map((name) =>
        parameterOf(
          name,
          configurations.flatMap((own) => own[name] ?? []),
        ),
      ),
    },
    trials: rows.map((row, i): ForeignTrial => {
      const finishedAt = row.date === null ? Number.NaN : Date.parse(`${row.date.replace(' ', 'T').slice(0, 23)}Z`);
      return {
        technique: row.requestor ?? 'opentuner',
        configuration: configurations[i] as Configuration,
        measurement: { ...measured(row), ...(row.cost === null ? {} : { seconds: row.cost }) },
        times: { startedAt: null, finishedAt: Number.isFinite(finishedAt) ? finishedAt : null },
      };
    }),
    notes: ['OpenTuner keeps no ranges: parameters have those of the values tried', ...notes],
  };
}

/** The class of the objective stands in its pickle by name; most make the time small. */
function objectiveOf({ objective }: Run): Objective {
  const says = (name: string) => objective !== null && Buffer.from(inflated(objective)).includes(name);
  return says('MaximizeAccuracy') ? { metric: 'accuracy', direction: 'max' } : { metric: 'time', direction: 'min' };
}

function inflated(bytes: Uint8Array): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch {
    // What compression would not make smaller is stored as it is.
    return bytes;
  }
}

function readData(bytes: Uint8Array, run: string): { readonly [name: string]: Plain } {
  try {
    const data = readPlainPickle(inflated(bytes));
    if (isRecord(data)) return data as { readonly [name: string]: Plain };
    throw new SyntaxError('it is no dictionary');
  } catch (cause) {
    throw new StudyError(
      'STUDY_IMPORT',
      `a configuration of run "${run}" cannot be read: ${(cause as Error).message}`,
      {
        cause,
        remedy: 'only numbers, texts, lists and dictionaries are read',
      },
    );
  }
}

function measured(row: ResultRow): Measurement {
  if (row.state === 'TIMEOUT') return { state: 'failed', kind: 'timeout', message: 'took more than the limit' };
  if (row.state !== 'OK') return { state: 'failed', kind: 'runtime', message: row.state };
  return { state: 'complete', metrics: numbersAmong(METRICS.map((metric) => [metric, row[metric]])) };
}

function parameterOf(name: string, values: readonly Value[]): ParameterDefinition {
  if (values.every((value) => typeof value === 'boolean')) return { name, type: 'boolean' };
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < values.length) return { name, type: 'categorical', choices: [...new Set(values as string[])] };
  const [min, max] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  return { name, type: numbers.every(Number.isSafeInteger) ? 'integer' : 'float', min, max };
}
