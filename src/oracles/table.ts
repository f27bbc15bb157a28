import type { RowReader } from '../base/csv.js';
import type { FailureKind, Measurement, Oracle } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { DataError } from '../errors.js';
import { missingColumn } from './missing-column.js';
import { createMarks, numberOf } from './number-cell.js';
import { createOddCells, refuseDecimalComma } from './odd-cells.js';
import { nameColumns } from './parameter-columns.js';
import { type ReadTable, readTable } from './read-table.js';
import { isUnfinished, rowStates } from './row-states.js';
import { tableKeys } from './table-keys.js';

/** Beside the states, the column that is neither a parameter nor a metric. */
const SECONDS = 'measure_seconds';

export interface TableOracleOptions {
  /** Metrics that the study reads: a table in which one of them has no number is refused with what stands there. */
  readonly metrics?: readonly string[];
}

/**
 * Recorded measurements: a CSV whose header names the parameters of `space` and the metrics, records as JSON, or Kernel Tuner's results.
 * An optional column `state` says complete, infeasible, failed or a failure kind; one named `measure_seconds` says what a
 * measurement took, which then counts against the study's seconds. A configuration that the table does not hold is
 * infeasible. Fields of inactive parameters may be empty. Of two rows for one configuration the first counts; how many
 * rows do not is among the oracle's notes.
 *
 * @throws DataError DATA_TABLE when the file is missing, is no table, lacks a parameter's column, holds no usable row or
 *   no number where one is needed.
 */
export async function createTableOracle(
  file: string,
  space: SearchSpace,
  { metrics: required = [] }: TableOracleOptions = {},
): Promise<Oracle> {
  const table = await readTable(file);
  const { metrics, find, notes } = indexTable(file, table, space, required);
  const measured = (configuration: Configuration): Measurement =>
    find(configuration) ?? { state: 'infeasible', message: 'not in the table' };
  return {
    name: 'table',
    metrics,
    notes,
    measure: async (configuration) => measured(configuration),
    *enumerate(legal) {
      for (const configuration of legal.enumerate()) yield [configuration, measured(configuration)] as const;
    },
    fingerprint: async () => ({ table: table.sha256 }),
  };
}

/** Keys lead to rows, numbers lie in one flat array. */
function indexTable(
  file: string,
  { columns: header, rows, decimalComma }: ReadTable,
  space: SearchSpace,
  required: readonly string[],
) {
  const { columns, renamed } = nameColumns(header, space, required);
  const parameters = space.parameters.map(({ name }) => name);
  for (const name of parameters) {
    refuseDouble(file, columns, name);
    if (!columns.includes(name)) throw missingColumn(file, name, { columns, rows }, parameters);
  }
  const keys = tableKeys(columns, space, { decimalComma });
  const ends = rowStates(file, columns, parameters);
  const named = columns.filter(
    // A column without a name is the row's number in another program.
    (name, i) => name !== '' && name !== SECONDS && i !== ends.column && !parameters.includes(name),
  );
  const numeric = [...named, SECONDS].map((name) => columns.indexOf(name));
  const counted = space.parameters.filter(({ values }) => values?.some((value) => typeof value === 'number') ?? true);
  const marks = decimalComma ? createMarks() : undefined;
  const marked = [...counted.map(({ name }) => name), ...(required.length > 0 ? required : named)]
    .map((name) => [name, columns.indexOf(name)] as const)
    .filter(([, column]) => column >= 0);
  const places = keys.createIndex();
  const states: number[] = [];
  let numbers = new Float64Array(1024 * numeric.length);
  const hasNumber = named.map(() => false);
  const odd = createOddCells(file, required);
  let [line, outside, repeated, unfinished, firstOutside] = [1, 0, 0, 0, ''];
  while (rows.next()) {
    line++;
    if (rows.length() > columns.length) refuseLong(rows, columns.length, `${file}, row ${line}`);
    const state = ends.of(rows, line);
    if (isUnfinished(state)) {
      unfinished++;
      continue;
    }
    const key = keys.ofRow(rows);
    for (const [name, column] of marked) marks?.see(rows.cell(column), name, line);
    if (typeof key === 'object') {
      if (!decimalComma) for (const parameter of counted) refuseDecimalComma(file, parameter, rows, columns, line);
      if (outside++ === 0) firstOutside = `row ${line}: ${key.message}`;
      continue;
    }
    if (places.get(key) !== undefined) {
      repeated++;
      continue;
    }
    if (state === undefined) throw ends.refuse(rows, line);
    const at = states.length;
    places.set(key, at);
    states.push(ends.known.indexOf(state));
    if ((at + 1) * numeric.length > numbers.length) numbers = grow(numbers);
    for (let i = 0; i < numeric.length; i++) {
      const column = numeric[i] as number;
      const decimal = rows.decimal(column);
      const number = Number.isNaN(decimal) ? numberOf(rows.cell(column), decimalComma) : decimal;
      numbers[at * numeric.length + i] = number;
      if (i >= named.length || state !== 'complete') continue;
      if (Number.isFinite(number)) hasNumber[i] = true;
      else odd.see(named[i] as string, rows.cell(column), line);
    }
  }
  const all = outside + repeated + unfinished + states.length;
  if (states.length === 0) {
    const why = outside === 0 ? 'it has none' : `${outside} lie outside, the first in ${firstOutside}`;
    throw broken(`no row of table ${file} lies in the space "${space.name}"`, why);
  }
  const measured = new Set(named.filter((_, i) => hasNumber[i]));
  for (const name of named) {
    if (measured.has(name)) refuseDouble(file, columns, name);
    odd.check(name, measured.has(name));
  }
  const unclear = marks?.unclear();
  if (unclear !== undefined) throw broken(`table ${file}, ${unclear}`, 'write numbers without marks between thousands');
  return {
    // A column of text (a label, say) measures nothing.
    metrics: named.filter((name) => measured.has(name)),
    notes: [
      ...renamed.map((text) => `${file}: ${text}`),
      ...ends.notes(),
      ...(unfinished === 0 ? [] : [`${unfinished} of ${all} rows of ${file} were not measured to the end`]),
      ...(outside === 0
        ? []
        : [`${outside} of ${all} rows of ${file} lie outside the space, the first in ${firstOutside}`]),
      ...odd.notes(all),
      ...(repeated === 0 ? [] : [`${repeated} of ${all} rows of ${file} repeat a configuration; the first counts`]),
    ],
    find(configuration: Configuration): Measurement | undefined {
      const at = places.get(keys.ofConfiguration(configuration));
      if (at === undefined) return undefined;
      const own = numbers.subarray(at * numeric.length, (at + 1) * numeric.length);
      const seconds = own[named.length] as number;
      return {
        ...measurementOf(ends.known[states[at] as number] as string, named, own),
        ...(Number.isFinite(seconds) ? { seconds } : {}),
      };
    },
  };
}

function refuseDouble(file: string, columns: readonly string[], name: string): void {
  if (columns.indexOf(name) === columns.lastIndexOf(name)) return;
  throw broken(`table ${file} has two columns "${name}"`, 'rename one of them or take it out');
}

/** Of more cells than the header names those behind are no known column's, and mostly all are moved. */
function refuseLong(row: RowReader, length: number, where: string): void {
  const behind = Array.from({ length: row.length() - length }, (_, i) => row.cell(length + i));
  if (behind.every((cell) => cell === undefined || String(cell).trim() === '')) return;
  throw broken(
    `table ${where} has ${row.length()} cells, its header names ${length} columns`,
    'quote cells that hold the separator, and write a decimal point',
  );
}

function grow(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
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
