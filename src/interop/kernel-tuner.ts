import { z } from 'zod';
import { isSame, type Json, ownValue } from '../base/json.js';
import { parseJson, RepeatedKeyError } from '../base/parse-json.js';
import { whatIsWrong } from '../base/schema-issues.js';
import type { FailureKind } from '../core/oracle.js';
import { SpaceError } from '../errors.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { parseSpace } from '../search-space/parse-space.js';
import { evaluatePython, type PythonValue } from './python.js';
import { translatePython } from './translate-python.js';

/** Recorded measurements as they stand in a file. */
export interface Table {
  readonly columns: readonly string[];
  /** Cells in the order of the columns: texts of a CSV, values of a JSON file. */
  readonly rows: Iterable<readonly unknown[]>;
}

/** The parts of a T1 file that describe the space. */
const tuningProblem = z.object({
  General: z.object({ BenchmarkName: z.string().optional() }).nullish(),
  ConfigurationSpace: z.object({
    TuningParameters: z.array(z.object({ Name: z.string(), Values: z.unknown() })),
    Conditions: z.array(z.object({ Expression: z.string() })).nullish(),
  }),
});

/**
 * The space of a tuning problem in the T1 format that Kernel Tuner and other autotuners of GPU kernels share. Numbers
 * become ordinal parameters in ascending order, other values categorical ones; conditions become constraints. Values and
 * conditions are texts of Python; nothing of them is executed. Undefined when the text is no T1 file.
 *
 * @throws SpaceError SPACE_INVALID for values that are no list, a condition that cannot be translated, and what
 *   `parseSpace` finds wrong.
 */
export function readTuningProblem(text: string, filename: string): SpaceDefinition | undefined {
  const content = problemOf(text);
  if (content === undefined) return undefined;
  const refuse = (message: string, remedy = 'write it as a search-space file'): never => {
    throw new SpaceError('SPACE_INVALID', `${filename}: ${message}`, { remedy });
  };
  const { success, data: problem, error } = tuningProblem.safeParse(content);
  if (!success) return refuse(`it is no tuning problem (T1): ${whatIsWrong(error)}`, 'mend the file at that place');
  const { TuningParameters: listed, Conditions } = problem.ConfigurationSpace;
  // A line that stands there twice says the same twice.
  const isRepeated = (line: (typeof listed)[number], i: number) =>
    listed.findIndex(({ Name, Values }) => Name === line.Name && isSame(Values as Json, line.Values as Json)) < i;
  const definition = {
    name: problem.General?.BenchmarkName ?? 'tuning-problem',
    parameters: listed
      .filter((line, i) => !isRepeated(line, i))
      .map(({ Name, Values }) => {
        const unusable = (reason: string) => refuse(`the values of ${Name}, ${JSON.stringify(Values)}: ${reason}`);
        const list = typeof Values === 'string' ? evaluatePython(Values, unusable) : Values;
        if (!Array.isArray(list)) return unusable('they are no list');
        const values = [...new Set(list as PythonValue[])];
        return values.every((value) => typeof value === 'number')
          ? { name: Name, type: 'ordinal', choices: values.sort((a, b) => a - b) }
          : { name: Name, type: 'categorical', choices: values };
      }),
    constraints: (Conditions ?? []).map(({ Expression }) =>
      translatePython(Expression, (reason) => refuse(`condition "${Expression}": ${reason}`)),
    ),
  };
  return parseSpace(JSON.stringify(definition), filename);
}

/** Whatever has a list of tuning parameters. */
function problemOf(text: string): unknown {
  try {
    const file = parseJson(text) as { ConfigurationSpace?: { TuningParameters?: unknown } } | null;
    return Array.isArray(file?.ConfigurationSpace?.TuningParameters) ? file : undefined;
  } catch {
    return undefined;
  }
}

type Fields = { readonly [name: string]: unknown };

interface CacheFile {
  readonly tune_params_keys: readonly string[];
  readonly objective?: string;
  /** By the joined values. Where the run failed, the objective is the name of an error class. */
  readonly cache: { readonly [values: string]: Fields };
}

interface T4File {
  /** Only these three are required by its schema, beside the correctness. */
  readonly results: readonly {
    readonly configuration: Fields;
    readonly invalidity: string;
    readonly times?: Fields;
    readonly measurements?: readonly { readonly name: string; readonly value: unknown }[];
  }[];
}

type State = FailureKind | 'infeasible' | 'complete';

/** The numbers that Python writes and JSON does not know, outside of texts. */
const NO_JSON = /("(?:[^"\\]|\\.)*")|(-?\b(?:NaN|Infinity)\b)/g;

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
    return parseJson(text);
  } catch (error) {
    if (error instanceof RepeatedKeyError) throw error;
    const plain = text.replace(NO_JSON, (_, quoted, number) => quoted ?? `"${number}"`);
    const candidates = [plain];
    if (/"cache"\s*:\s*\{/.test(plain)) {
      for (let end = plain.length; candidates.length <= MOST_NESTED && end > 0; ) {
        end = plain.lastIndexOf('}', end - 1);
        candidates.push(`${plain.slice(0, end + 1)}}}`);
      }
    }
    for (const candidate of candidates) {
      try {
        return parseJson(candidate);
      } catch (cause) {
        if (cause instanceof RepeatedKeyError) throw cause;
        // The first error names the place in the file as it stands.
      }
    }
    throw error;
  }
}

/** Results of Kernel Tuner as JSON: its cache file, or its T4 format. Undefined when it is neither. */
export function readKernelTuner(json: unknown): Table | undefined {
  const file = json as Partial<CacheFile & T4File> | null;
  if (Array.isArray(file?.tune_params_keys) && typeof file.cache === 'object') return readCache(file as CacheFile);
  return Array.isArray(file?.results) ? readT4(file.results) : undefined;
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
/** What old releases wrote for a run that failed. */
const FAILED_VALUE = 1e20;

function readCache({ tune_params_keys: parameters, objective = 'time', cache }: CacheFile): Table {
  const entries = Object.values(cache);
  const isMetric = (name: string, value: unknown) => typeof value === 'number' && !parameters.includes(name);
  const metrics = new Set(entries.flatMap((entry) => Object.keys(entry).filter((name) => isMetric(name, entry[name]))));
  return {
    columns: [...parameters, 'state', 'measure_seconds', ...metrics],
    rows: entries.map((entry) => [
      ...parameters.map((name) => entry[name]),
      stateOf(entry, parameters, objective),
      milliseconds(MILLISECONDS.map((name) => entry[name])) / 1000,
      ...[...metrics].map((name) => entry[name]),
    ]),
  };
}

function stateOf(entry: Fields, parameters: readonly string[], objective: string): State {
  for (const [name, value] of Object.entries(entry)) {
    const failure = typeof value === 'string' && !parameters.includes(name) ? failureOf(value) : undefined;
    if (failure !== undefined) return failure;
  }
  const value = entry[objective];
  return typeof value === 'number' && value >= FAILED_VALUE ? 'runtime' : 'complete';
}

function readT4(results: T4File['results']): Table {
  const parameters = [...new Set(results.flatMap(({ configuration = {} }) => Object.keys(configuration)))];
  const metrics = [...new Set(results.flatMap(({ measurements = [] }) => measurements.map(({ name }) => name)))];
  return {
    columns: [...parameters, 'state', 'measure_seconds', ...metrics],
    rows: results.map(({ configuration = {}, invalidity, times = {}, measurements = [] }) => {
      // The benchmark's time contains those of its runs.
      const { runtimes = [], ...others } = times;
      const counted = others['benchmark'] === undefined ? [...Object.values(others), ...[runtimes].flat()] : others;
      return [
        ...parameters.map((name) => ownValue(configuration, name)),
        INVALIDITIES[invalidity] ?? 'runtime',
        milliseconds(Object.values(counted)) / 1000,
        ...metrics.map((metric) => measurements.find(({ name }) => name === metric)?.value),
      ];
    }),
  };
}

const milliseconds = (times: readonly unknown[]) => times.reduce<number>((sum, time) => sum + (Number(time) || 0), 0);
