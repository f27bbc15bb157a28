import { z } from 'zod';
import { isSame, ownValue } from '../base/json.js';
import { parsePythonJson, RepeatedKeyError } from '../base/parse-json.js';
import { whatIsWrong } from '../base/schema-issues.js';
import type { FailureKind } from '../core/oracle.js';
import { DataError } from '../errors.js';

/** Recorded measurements as they stand in a file. */
export interface Table {
  readonly columns: readonly string[];
  /** Cells in the order of the columns: texts of a CSV, values of a JSON file. */
  readonly rows: Iterable<readonly unknown[]>;
}

type Fields = { readonly [name: string]: unknown };

interface CacheFile {
  readonly tune_params_keys: readonly string[];
  /** Since release 1.5 a list. */
  readonly objective?: string | readonly string[];
  /** By the joined values. Where the run failed, the objective is the name of an error class. */
  readonly cache: { readonly [values: string]: Fields };
}

const result = z.object({
  configuration: z.record(z.string(), z.unknown()),
  invalidity: z.string().nullish(),
  correctness: z.unknown().optional(),
  times: z.record(z.string(), z.unknown()).nullish(),
  measurements: z
    .array(z.object({ name: z.string(), value: z.unknown().optional(), unit: z.unknown().optional() }))
    .nullish(),
  objectives: z.unknown().optional(),
});
type Result = z.infer<typeof result>;

type State = FailureKind | 'infeasible' | 'complete';

/** So many records can an entry that was cut off hold. */
const MOST_NESTED = 20;

/**
 * The JSON of a file of Kernel Tuner. Its cache is closed only when the run ends: one that is open, or cut off within an
 * entry, is read up to its last whole entry.
 *
 * @throws SyntaxError when it is not JSON.
 */
export function parseKernelTuner(text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (error) {
    if (error instanceof RepeatedKeyError || !/"cache"\s*:\s*\{/.test(text)) throw error;
    for (let [end, tries] = [text.length, 0]; tries < MOST_NESTED && end > 0; tries++) {
      end = text.lastIndexOf('}', end - 1);
      // What was written behind another cache is no entry that was cut off.
      if (/"cache"\s*:/.test(text.slice(end + 1))) break;
      try {
        return parsePythonJson(`${text.slice(0, end + 1)}}}`);
      } catch (cause) {
        if (cause instanceof RepeatedKeyError) throw cause;
        // The first error names the place in the file as it stands.
      }
    }
    throw error;
  }
}

/**
 * Results of Kernel Tuner as JSON: its cache file, or its T4 format, of which the list alone will do. Undefined when it is
 * neither.
 *
 * @throws DataError DATA_TABLE for a result that is none.
 */
export function readKernelTuner(json: unknown): Table | undefined {
  const file = json as (Partial<CacheFile> & { readonly results?: unknown }) | null;
  if (Array.isArray(file?.tune_params_keys) && typeof file.cache === 'object') return readCache(file as CacheFile);
  const results = Array.isArray(json) && json.some(isResult) ? json : file?.results;
  return Array.isArray(results) ? readT4(results.map(resultOf)) : undefined;
}

/** What a cache file or T4 results say was optimised; nothing where they do not. */
export function objectivesOf(json: unknown): readonly string[] {
  const { objective, results = json } = (json ?? {}) as { readonly objective?: unknown; readonly results?: unknown };
  const said = objective ?? (Array.isArray(results) ? (results[0] as Partial<Result> | null)?.objectives : undefined);
  return [said].flat().filter((name) => typeof name === 'string');
}

const isResult = (entry: unknown): boolean =>
  typeof entry === 'object' && entry !== null && 'configuration' in entry && 'invalidity' in entry;

function resultOf(entry: unknown, i: number): Result {
  const { data, error } = result.safeParse(entry);
  if (data !== undefined) return data;
  throw new DataError('DATA_TABLE', `result ${i + 1} is none of T4: ${whatIsWrong(error)}`, {
    remedy: 'mend it or take it out',
  });
}

/** Names of error classes in place of an objective's value. */
function failureOf(name: string): State | undefined {
  if (name === 'InvalidConfig') return 'infeasible';
  if (!/^[A-Z]\w*(Config|Error|Exception)$/.test(name)) return undefined;
  if (/Compil|Build/.test(name)) return 'build';
  if (/Timeout/.test(name)) return 'timeout';
  return /Correct|Verif|Wrong/.test(name) ? 'correctness' : 'runtime';
}

const INVALIDITIES: { readonly [name: string]: State } = {
  correct: 'complete',
  compile: 'build',
  runtime: 'runtime',
  timeout: 'timeout',
  correctness: 'correctness',
  constraints: 'infeasible',
};
const MILLISECONDS = ['compile_time', 'verification_time', 'benchmark_time', 'framework_time', 'strategy_time'];
/** Where releases since 1.5 say in what way a run failed. */
const FAILURE = '__error__';
/** What old releases wrote for a run that failed. */
const FAILED_VALUE = 1e20;

function readCache({ tune_params_keys: parameters, objective = 'time', cache }: CacheFile): Table {
  const objectives = [objective].flat();
  const entries = Object.values(cache);
  const isMetric = (name: string, value: unknown) => typeof value === 'number' && !parameters.includes(name);
  const metrics = new Set(entries.flatMap((entry) => Object.keys(entry).filter((name) => isMetric(name, entry[name]))));
  return {
    columns: [...parameters, 'state', 'measure_seconds', ...metrics],
    rows: Object.entries(cache).map(([key, entry]) => [
      ...parameters.map((name, i) => entry[name] ?? inKey(key, parameters.length)[i]),
      stateOf(entry, parameters, objectives),
      milliseconds(MILLISECONDS.map((name) => entry[name])) / 1000,
      ...[...metrics].map((name) => entry[name]),
    ]),
  };
}

/** The values that an entry is called by; none where they cannot be told. */
function inKey(key: string, count: number): readonly (string | number)[] {
  const parts = key.split(',');
  return parts.length === count ? parts.map((part) => (Number.isFinite(Number(part)) ? Number(part) : part)) : [];
}

function stateOf(entry: Fields, parameters: readonly string[], objectives: readonly string[]): State {
  for (const [name, value] of Object.entries(entry)) {
    const failure = typeof value === 'string' && !parameters.includes(name) ? failureOf(value) : undefined;
    if (failure !== undefined) return failure;
  }
  return objectives.some((objective) => isFailedValue(entry[objective])) ? 'runtime' : 'complete';
}

const isFailedValue = (value: unknown): boolean => typeof value === 'number' && value >= FAILED_VALUE;

function readT4(results: readonly Result[]): Table {
  const parameters = [...new Set(results.flatMap(({ configuration }) => Object.keys(configuration)))];
  const metrics = [
    ...new Set(results.flatMap(({ measurements }) => (measurements ?? []).map(({ name }) => name))),
  ].filter((name) => name !== FAILURE);
  for (const metric of metrics) refuseUnits(metric, results);
  for (const [i, own] of results.entries()) refuseRepeated(own, i);
  return {
    columns: [...parameters, 'state', 'measure_seconds', ...metrics],
    rows: results.map((own) => {
      // The benchmark's time contains those of its runs.
      const { runtimes = [], ...others } = own.times ?? {};
      const counted = others['benchmark'] === undefined ? [...Object.values(others), ...[runtimes].flat()] : others;
      return [
        ...parameters.map((name) => ownValue(own.configuration, name)),
        stateOfResult(own),
        milliseconds(Object.values(counted)) / 1000,
        ...metrics.map((metric) => own.measurements?.find(({ name }) => name === metric)?.value),
      ];
    }),
  };
}

function stateOfResult({ invalidity, correctness, measurements }: Result): State {
  const said = invalidity?.toLowerCase() ?? '';
  const state = INVALIDITIES[said] ?? (said === '' && correctness === 1 ? 'complete' : 'runtime');
  if (state !== 'complete') return state;
  if (correctness === 0) return 'correctness';
  const failures = (measurements ?? []).map(({ value }) => (typeof value === 'string' ? failureOf(value) : undefined));
  const failure = failures.find((one) => one !== undefined);
  return failure ?? (measurements?.some(({ value }) => isFailedValue(value)) === true ? 'runtime' : 'complete');
}

/** Throws `DataError` for a result with two values of one metric. */
function refuseRepeated({ measurements }: Result, i: number): void {
  const values = new Map<string, unknown>();
  for (const { name, value } of measurements ?? []) {
    if (values.has(name) && !isSame(values.get(name), value)) {
      const both = `${JSON.stringify(values.get(name))} and ${JSON.stringify(value)}`;
      throw new DataError('DATA_TABLE', `result ${i + 1} has two values of "${name}", ${both}`, {
        remedy: 'keep one of them, or rename one',
      });
    }
    values.set(name, value);
  }
}

/** Throws `DataError` for a metric that is measured in one unit here and in another there. */
function refuseUnits(metric: string, results: readonly Result[]): void {
  const units = new Set(
    results.flatMap(({ measurements }) =>
      (measurements ?? [])
        .filter(({ name, unit }) => name === metric && typeof unit === 'string')
        .map(({ unit }) => unit),
    ),
  );
  units.delete('');
  if (units.size < 2) return;
  throw new DataError('DATA_TABLE', `"${metric}" is measured in ${[...units].join(' and ')}`, {
    remedy: 'bring it to one unit',
  });
}

const milliseconds = (times: readonly unknown[]) => times.reduce<number>((sum, time) => sum + (Number(time) || 0), 0);
