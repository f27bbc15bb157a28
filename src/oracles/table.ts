import { FAILURE_KINDS, type FailureKind, type Measurement, type Oracle } from '../core/oracle.js';
import type { Configuration, SearchSpace, Value } from '../core/space.js';
import { DataError, SpaceError } from '../errors.js';
import type { Table } from '../interop/read-kernel-tuner.js';
import { readCell, readTable } from './read-table.js';

const STATES: readonly string[] = ['complete', 'infeasible', 'failed', ...FAILURE_KINDS];
/** Columns that are neither parameters nor metrics. */
const STATE = 'state';
const SECONDS = 'measure_seconds';

/**
 * Recorded measurements: a CSV whose header names the parameters of `space` and the metrics, or Kernel Tuner's results.
 * An optional column `state` says complete, infeasible, failed or a failure kind; one named `measure_seconds` says what a
 * measurement took, which then counts against the study's seconds. A configuration that the table does not hold is
 * infeasible. Fields of inactive parameters may be empty. Of two rows for one configuration the first counts.
 *
 * @throws DataError DATA_TABLE when the file is missing, is no table, lacks a parameter's column or holds no usable row.
 */
export async function createTableOracle(file: string, space: SearchSpace): Promise<Oracle> {
  const { sha256, ...table } = await readTable(file);
  const { metrics, find } = indexTable(file, table, space);
  return {
    name: 'table',
    metrics,
    measure: async (configuration) =>
      find(space.key(configuration)) ?? { state: 'infeasible', message: 'not in the table' },
    fingerprint: async () => ({ table: sha256 }),
  };
}

/** Keys lead to rows, numbers lie in one flat array: a million rows are a hundred bytes each, and their keys. */
function indexTable(file: string, { columns, rows }: Table, space: SearchSpace) {
  for (const { name } of space.parameters) {
    if (columns.includes(name)) continue;
    throw broken(`table ${file} has no column "${name}"`, `its columns: ${columns.join(', ')}`);
  }
  const parameters = space.parameters.map((parameter) => ({
    name: parameter.name,
    column: columns.indexOf(parameter.name),
    read: readCell(parameter),
  }));
  const named = columns.filter(
    (name) => name !== STATE && name !== SECONDS && !parameters.some((parameter) => parameter.name === name),
  );
  const numeric = [...named, SECONDS].map((name) => columns.indexOf(name));
  const stateColumn = columns.indexOf(STATE);
  const rowOf = new Map<string, number>();
  const states: number[] = [];
  let numbers = new Float64Array(1024 * numeric.length);
  const measured = new Set<string>();
  let line = 1;
  for (const row of rows) {
    line++;
    const key = keyOf(space, parameters, row);
    if (key === undefined || rowOf.has(key)) continue;
    const state = stateColumn < 0 ? 'complete' : String(row[stateColumn] ?? '').trim();
    if (!STATES.includes(state)) {
      throw broken(`${file}:${line}: unknown state "${state}"`, `states are: ${STATES.join(', ')}`);
    }
    const at = rowOf.size;
    rowOf.set(key, at);
    states.push(STATES.indexOf(state));
    if ((at + 1) * numeric.length > numbers.length) numbers = grow(numbers);
    for (const [i, column] of numeric.entries()) {
      const number = numberOf(row[column]);
      numbers[at * numeric.length + i] = number;
      if (i < named.length && state === 'complete' && Number.isFinite(number)) measured.add(named[i] as string);
    }
  }
  if (rowOf.size === 0) {
    throw broken(`no row of table ${file} lies in the space "${space.name}"`, 'check the values of its columns');
  }
  return {
    // A column of text (a label, say) measures nothing.
    metrics: named.filter((name) => measured.has(name)),
    find(key: string): Measurement | undefined {
      const at = rowOf.get(key);
      if (at === undefined) return undefined;
      const own = numbers.subarray(at * numeric.length, (at + 1) * numeric.length);
      const seconds = own[named.length] as number;
      return {
        ...measurementOf(STATES[states[at] as number] as string, named, own),
        ...(Number.isFinite(seconds) ? { seconds } : {}),
      };
    },
  };
}

function grow(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

const numberOf = (cell: unknown): number => {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : Number.NaN;
};

/** The key of the row's configuration; undefined for one outside the space. */
function keyOf(
  space: SearchSpace,
  parameters: readonly { readonly name: string; readonly column: number; readonly read: (cell: unknown) => Value }[],
  row: readonly unknown[],
): string | undefined {
  const configuration: { [parameter: string]: Value } = {};
  for (const { name, column, read } of parameters) {
    const cell = row[column];
    if (cell !== undefined && cell !== null && cell !== '') configuration[name] = read(cell);
  }
  try {
    return space.key(configuration as Configuration);
  } catch (error) {
    if (error instanceof SpaceError) return undefined;
    throw error;
  }
}

function measurementOf(state: string, names: readonly string[], numbers: ArrayLike<number>): Measurement {
  if (state === 'infeasible') return { state };
  if (state !== 'complete') {
    return {
      state: 'failed',
      kind: state === 'failed' ? 'runtime' : (state as FailureKind),
      message: 'recorded as failed',
    };
  }
  const metrics = names.map((name, i) => [name, numbers[i] as number] as const);
  return { state, metrics: Object.fromEntries(metrics.filter(([, value]) => Number.isFinite(value))) };
}

const broken = (message: string, remedy: string) => new DataError('DATA_TABLE', message, { remedy });
