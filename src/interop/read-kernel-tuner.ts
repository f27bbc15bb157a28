import type { FailureKind } from '../core/oracle.js';

/** Recorded measurements as they stand in a file. */
export interface Table {
  readonly columns: readonly string[];
  /** Cells in the order of the columns: texts of a CSV, values of a JSON file. */
  readonly rows: Iterable<readonly unknown[]>;
}

/** Results of Kernel Tuner as JSON: its cache file, or its T4 format. Undefined when it is neither. */
export function readKernelTuner(json: unknown): Table | undefined {
  const file = json as Partial<CacheFile & T4File>;
  if (Array.isArray(file?.tune_params_keys) && typeof file.cache === 'object') {
    return readCache(file.tune_params_keys, Object.values(file.cache));
  }
  return Array.isArray(file?.results) ? readT4(file.results) : undefined;
}

type Fields = { readonly [name: string]: unknown };

interface CacheFile {
  readonly tune_params_keys: readonly string[];
  /** By the joined values. Where the run failed, the objective is the name of an error class. */
  readonly cache: { readonly [values: string]: Fields };
}

interface T4File {
  readonly results: readonly {
    readonly configuration: Fields;
    readonly invalidity: string;
    readonly times?: Fields;
    readonly measurements: readonly { readonly name: string; readonly value: unknown }[];
  }[];
}

const ERRORS: { readonly [name: string]: FailureKind | 'infeasible' } = {
  CompilationFailedConfig: 'build',
  RuntimeFailedConfig: 'runtime',
  InvalidConfig: 'infeasible',
};
const INVALIDITIES: { readonly [name: string]: FailureKind | 'infeasible' | 'complete' } = {
  correct: 'complete',
  compile: 'build',
  runtime: 'runtime',
  timeout: 'timeout',
  correctness: 'correctness',
  constraints: 'infeasible',
};
const MILLISECONDS = ['compile_time', 'verification_time', 'benchmark_time', 'framework_time', 'strategy_time'];

function readCache(parameters: readonly string[], entries: readonly Fields[]): Table {
  const isMetric = (name: string, value: unknown) => typeof value === 'number' && !parameters.includes(name);
  const metrics = new Set(entries.flatMap((entry) => Object.keys(entry).filter((name) => isMetric(name, entry[name]))));
  return {
    columns: [...parameters, 'state', 'measure_seconds', ...metrics],
    rows: entries.map((entry) => {
      const failure = Object.values(entry).find((value) => typeof value === 'string' && value in ERRORS);
      const spent = MILLISECONDS.reduce((sum, name) => sum + (Number(entry[name]) || 0), 0);
      const state = failure === undefined ? 'complete' : (ERRORS[failure as string] as string);
      return [
        ...parameters.map((name) => entry[name]),
        state,
        spent / 1000,
        ...[...metrics].map((name) => entry[name]),
      ];
    }),
  };
}

function readT4(results: T4File['results']): Table {
  const parameters = Object.keys(results[0]?.configuration ?? {});
  const metrics = [...new Set(results.flatMap(({ measurements }) => measurements.map(({ name }) => name)))];
  return {
    columns: [...parameters, 'state', 'measure_seconds', ...metrics],
    rows: results.map(({ configuration, invalidity, times = {}, measurements }) => {
      // Milliseconds; the runs of the kernel are a list.
      const spent = Object.values(times)
        .flat()
        .reduce<number>((sum, time) => sum + (Number(time) || 0), 0);
      const value = (metric: string) => measurements.find(({ name }) => name === metric)?.value;
      return [
        ...parameters.map((name) => configuration[name]),
        INVALIDITIES[invalidity] ?? 'runtime',
        spent / 1000,
        ...metrics.map(value),
      ];
    }),
  };
}
