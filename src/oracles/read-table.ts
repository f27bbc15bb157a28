import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { csvRows, type RowReader, separatorOf } from '../base/csv.js';
import { BinaryFileError, packedText } from '../base/packed-text.js';
import type { Parameter, Value } from '../core/space.js';
import { DataError } from '../errors.js';
import { parseKernelTuner, readKernelTuner } from '../interop/kernel-tuner.js';

export interface ReadTable {
  readonly columns: readonly string[];
  /** Cells in the order of the columns: texts of a CSV, values of a JSON file. To be read once. */
  readonly rows: RowReader;
  readonly sha256: string;
  /** Numbers may be written with a comma, since the columns are separated otherwise. */
  readonly decimalComma: boolean;
}

/**
 * Reads a CSV (commas, semicolons or tabs), or Kernel Tuner's results as JSON; what gzip packed is unpacked first.
 *
 * @throws DataError DATA_TABLE when the file is missing or neither; a CSV's rows throw it while they are read.
 */
export async function readTable(file: string): Promise<ReadTable> {
  const text = await unpack(file);
  const sha256 = createHash('sha256').update(text).digest('hex');
  if (!/\.json(\.gz)?$/i.test(file)) {
    if (/^\s*\{"/.test(text)) throw broken(`table ${file} is JSON, a record a line or one`, 'write it as CSV');
    const separator = separatorOf(text);
    return { ...csvTable(file, text, separator), sha256, decimalComma: separator !== ',' };
  }
  let json: unknown;
  try {
    json = parseKernelTuner(text);
  } catch (cause) {
    throw broken(`table ${file} is not JSON: ${(cause as Error).message}`, 'mend the file', cause);
  }
  const table = readKernelTuner(json);
  if (table !== undefined) return { columns: table.columns, rows: listedRows(table.rows), sha256, decimalComma: false };
  const isProblem = typeof json === 'object' && json !== null && 'ConfigurationSpace' in json;
  throw broken(
    isProblem ? `${file} describes a tuning problem (T1) and holds no results` : `table ${file} has no known format`,
    "give a CSV, Kernel Tuner's cache file or its T4 results",
  );
}

async function unpack(file: string): Promise<string> {
  try {
    return await packedText(await readFile(file));
  } catch (cause) {
    if (cause instanceof BinaryFileError) throw broken(`table ${file} ${cause.message}`, cause.remedy, cause);
    const isThere = (cause as NodeJS.ErrnoException).code?.startsWith('Z_') === true;
    const remedy = isThere ? 'copy the file again: it cannot be unpacked' : 'check the path after "table:"';
    throw broken(`cannot read table ${file}: ${(cause as Error).message}`, remedy, cause);
  }
}

function csvTable(file: string, text: string, separator: string): Pick<ReadTable, 'columns' | 'rows'> {
  const rows = csvRows(text, separator);
  const next = (): boolean => {
    try {
      return rows.next();
    } catch (cause) {
      throw broken(`table ${file} is not a CSV: ${(cause as Error).message}`, 'close every quote', cause);
    }
  };
  const header = next() ? Array.from({ length: rows.length() }, (_, column) => rows.cell(column) as string) : [];
  return { columns: header.map((name) => name.trim()), rows: { ...rows, next } };
}

function listedRows(rows: Iterable<readonly unknown[]>): RowReader {
  const iterator = rows[Symbol.iterator]();
  let row: readonly unknown[] = [];
  return {
    next() {
      const next = iterator.next();
      if (next.done !== true) row = next.value;
      return next.done !== true;
    },
    length: () => row.length,
    cell: (column) => row[column],
    digits: () => -1,
    decimal: () => Number.NaN,
  };
}

const broken = (message: string, remedy: string, cause?: unknown) =>
  new DataError('DATA_TABLE', message, { remedy, cause });

const WORDS: { readonly [text: string]: boolean } = { true: true, false: false };
const STRUCTURED: ReadonlySet<string> = new Set(['array', 'permutation', 'schedule', 'selector']);
/** So near to a value is that value: what sums of decimals come to in binary. */
const ROUNDING = 1e-12;

/**
 * Reads how a table writes a parameter's values, by value and not by spelling: `TRUE`, `True` and `1` are true, `64.0` is
 * 64, 0.30000000000000004 is 0.3. A choice of text is that text alone; lists and records are JSON. What is none of the
 * parameter's values comes back as it stands and lies outside its domain.
 *
 * @throws DataError DATA_TABLE for two choices that a table writes alike.
 */
export function readCell(
  { name, values, type }: Parameter,
  { decimalComma = false }: { readonly decimalComma?: boolean } = {},
): (cell: unknown) => Value {
  const known = new Map<string, Value>();
  for (const value of values ?? []) {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (known.has(text)) {
      throw broken(`a table cannot tell the choices ${text} and "${text}" of ${name} apart`, 'rename one of them');
    }
    known.set(text, value);
  }
  const numbers = (values ?? []).filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const hasTruth = type === 'boolean' || known.get('true') === true || known.get('false') === false;
  return (cell) => {
    const raw = typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
    const text = raw.trim();
    const found = known.get(raw) ?? known.get(text);
    if (found !== undefined) return found;
    if (STRUCTURED.has(type)) return parse(text);
    const truth = WORDS[text.toLowerCase()];
    if (truth !== undefined) return hasTruth ? truth : nearest(numbers, Number(truth), text);
    const number = numberOf(text, decimalComma);
    if (Number.isNaN(number)) return text;
    if (hasTruth && (number === 0 || number === 1) && !numbers.includes(number)) return number === 1;
    return values === null ? number : nearest(numbers, number, number);
  };
}

/** The value, of those in ascending order, that a number means, or `other` when none is near. */
function nearest(values: readonly number[], number: number, other: Value): Value {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  const isNear = (value: number) => Math.abs(value - number) <= ROUNDING * Math.abs(value);
  return values.slice(Math.max(0, low - 1), low + 1).find(isNear) ?? other;
}

const DECIMAL_COMMA = /^[-+]?\d*,\d+(?:[eE][-+]?\d+)?$/;

/** The number that a cell writes; NaN for what is none, an empty cell among it. */
export function numberOf(cell: unknown, decimalComma = false): number {
  if (typeof cell !== 'string') return typeof cell === 'number' ? cell : Number.NaN;
  const number = Number(cell);
  if (number !== 0 && !Number.isNaN(number)) return number;
  const text = cell.trim();
  if (decimalComma && DECIMAL_COMMA.test(text)) return Number(text.replace(',', '.'));
  return text === '' ? Number.NaN : number;
}

/** Whether a cell that is no number would be one with a point. */
export const hasDecimalComma = (cell: unknown): boolean => typeof cell === 'string' && DECIMAL_COMMA.test(cell.trim());

function parse(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
