import type { RowReader } from '../base/csv.js';
import { FAILURE_KINDS, type FailureKind, type Measurement, type Oracle } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { DataError } from '../errors.js';
import { nameColumns } from './parameter-columns.js';
import { hasDecimalComma, numberOf } from './read-cell.js';
import { type ReadTable, readTable } from './read-table.js';
import { tableKeys } from './table-keys.js';

const STATES: readonly string[] = ['complete', 'infeasible', 'failed', ...FAILURE_KINDS];
/** Columns that are neither parameters nor metrics. */
const STATE = 'state';
const SECONDS = 'measure_seconds';
/** What other programs call a failure, and what is not measured to its end. */
const FAILED = 'fail';
const UNFINISHED: ReadonlySet<string> = new Set(['pruned', 'running', 'waiting', 'pending']);

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
  const { columns, renamed } = nameColumns(header, space);
  for (const { name } of space.parameters) {
    refuseDouble(file, columns, name);
    if (columns.includes(name)) continue;
    const alone = columns.length === 1 ? 'separate columns by commas, semicolons or tabs; ' : '';
    throw broken(`table ${file} has no column "${name}"`, `${alone}its columns: ${columns.join(', ')}`);
  }
  const keys = tableKeys(columns, space, { decimalComma });
  const named = columns.filter(
    // A column without a name is the row's number in another program.
    (name) =>
      name !== '' &&
      name !== STATE &&
      name !== SECONDS &&
      !space.parameters.some((parameter) => parameter.name === name),
  );
  const numeric = [...named, SECONDS].map((name) => columns.indexOf(name));
  const stateColumn = columns.indexOf(STATE);
  const places = keys.createIndex();
  const states: number[] = [];
  let numbers = new Float64Array(1024 * numeric.length);
  const hasNumber = named.map(() => false);
  /** The first cell of a metric that is no number, and the first that would be one with a point. */
  const [odd, commas] = [new Map<string, string>(), new Map<string, string>()];
  const oddCount = new Map<string, number>();
  let [line, outside, repeated, unfinished, firstOutside] = [1, 0, 0, 0, ''];
  while (rows.next()) {
    line++;
    if (rows.length() > columns.length) refuseLong(rows, columns.length, `${file}, row ${line}`);
    const state = stateOf(stateColumn < 0 ? undefined : rows.cell(stateColumn));
    if (UNFINISHED.has(state)) {
      unfinished++;
      continue;
    }
    const key = keys.ofRow(rows);
    if (typeof key === 'object') {
      if (outside++ === 0) firstOutside = `row ${line}: ${key.message}`;
      continue;
    }
    if (places.get(key) !== undefined) {
      repeated++;
      continue;
    }
    if (!STATES.includes(state)) {
      throw broken(`${file}:${line}: unknown state "${state}"`, `states are: ${STATES.join(', ')}`);
    }
    const at = states.length;
    places.set(key, at);
    states.push(STATES.indexOf(state));
    if ((at + 1) * numeric.length > numbers.length) numbers = grow(numbers);
    for (let i = 0; i < numeric.length; i++) {
      const column = numeric[i] as number;
      const decimal = rows.decimal(column);
      const number = Number.isNaN(decimal) ? numberOf(rows.cell(column), decimalComma) : decimal;
      numbers[at * numeric.length + i] = number;
      if (i >= named.length || state !== 'complete') continue;
      if (Number.isFinite(number)) hasNumber[i] = true;
      else {
        const name = named[i] as string;
        const cell = rows.cell(column);
        const where = `column "${name}", row ${line}: ${JSON.stringify(cell ?? '')} is no number`;
        if (!odd.has(name)) odd.set(name, where);
        oddCount.set(name, (oddCount.get(name) ?? 0) + 1);
        if (hasDecimalComma(cell) && !commas.has(name)) commas.set(name, where);
      }
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
    const where = measured.has(name) ? commas.get(name) : required.includes(name) ? odd.get(name) : undefined;
    if (where === undefined) continue;
    const remedy = commas.has(name)
      ? 'write a decimal point, or separate the columns by semicolons'
      : 'mend the column';
    throw broken(`table ${file}, ${where}`, remedy);
  }
  return {
    // A column of text (a label, say) measures nothing.
    metrics: named.filter((name) => measured.has(name)),
    notes: [
      ...renamed.map((text) => `${file}: ${text}`),
      ...(unfinished === 0 ? [] : [`${unfinished} of ${all} rows of ${file} were not measured to the end`]),
      ...(outside === 0
        ? []
        : [`${outside} of ${all} rows of ${file} lie outside the space, the first in ${firstOutside}`]),
      ...required
        .filter((name) => odd.has(name))
        .map((name) => `${oddCount.get(name)} of ${all} rows of ${file} are failures: ${odd.get(name)}`),
      ...(repeated === 0 ? [] : [`${repeated} of ${all} rows of ${file} repeat a configuration; the first counts`]),
    ],
    find(configuration: Configuration): Measurement | undefined {
      const at = places.get(keys.ofConfiguration(configuration));
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

/** In small letters; where a record says none, it is complete. */
function stateOf(cell: unknown): string {
  const said =
    cell === undefined
      ? 'complete'
      : String(cell ?? '')
          .trim()
          .toLowerCase();
  return said === FAILED ? 'failed' : said;
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
