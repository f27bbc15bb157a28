import { readFile } from 'node:fs/promises';
import { csvRows, type RowReader, separatorOf } from '../base/csv.js';
import { BinaryFileError, packedText } from '../base/packed-text.js';
import { sha256 } from '../base/sha256.js';
import { DataError } from '../errors.js';
import { parseKernelTuner, readKernelTuner, type Table } from '../interop/kernel-tuner.js';
import { frameTable } from './frame-table.js';
import { otherResults, otherText } from './other-texts.js';
import { recordTable } from './record-table.js';

export interface ReadTable {
  readonly columns: readonly string[];
  /** Cells in the order of the columns: texts of a CSV, values of a JSON file. To be read once. */
  readonly rows: RowReader;
  readonly sha256: string;
  /** Numbers may be written with a comma, since the columns are separated otherwise. */
  readonly decimalComma: boolean;
}

/**
 * Reads a CSV (commas, semicolons, tabs or bars), a list of records as JSON or one a line, a frame of pandas or Kernel Tuner's
 * results as JSON; what gzip packed is unpacked first. What it is shows in its text, whatever its name.
 *
 * @throws DataError DATA_TABLE when the file is missing or neither; a CSV's rows throw it while they are read.
 */
export async function readTable(file: string): Promise<ReadTable> {
  const text = await unpack(file);
  const hash = sha256(text);
  const other = otherText(text);
  if (other !== undefined) throw broken(`table ${file} ${other.what}`, other.remedy);
  if (!/\.json(\.gz)?$/i.test(file) && !/^\s*(\{\s*"|\[\s*[[{])/.test(text)) {
    const plain = withoutRemarks(text);
    const separator = separatorOf(plain);
    return { ...csvTable(file, plain, separator), sha256: hash, decimalComma: separator !== ',' };
  }
  const json = parseTable(file, text);
  const results = otherResults(json);
  if (results !== undefined) throw broken(`table ${file} ${results.what}`, results.remedy);
  const table = tableOf(file, json);
  if (table !== undefined)
    return { columns: table.columns, rows: listedRows(table.rows), sha256: hash, decimalComma: false };
  const isProblem = typeof json === 'object' && json !== null && 'ConfigurationSpace' in json;
  throw broken(
    isProblem ? `${file} describes a tuning problem (T1) and holds no results` : `table ${file} has no known format`,
    "give a CSV, a list of records ([{…}, …], to_json(orient='records') in pandas), Kernel Tuner's cache file or its T4 results",
  );
}

function tableOf(file: string, json: unknown): Table | undefined {
  try {
    return readKernelTuner(json) ?? recordTable(json) ?? frameTable(json);
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw broken(`table ${file}: ${cause.message}`, cause.remedy ?? 'mend the file', cause);
  }
}

/** JSON as a whole, else a record a line. */
function parseTable(file: string, text: string): unknown {
  try {
    return parseKernelTuner(text);
  } catch (cause) {
    const lines = [...text.split('\n').entries()].filter(([, line]) => line.trim() !== '');
    if (lines.length < 2 || !lines.every(([, line]) => line.trimStart().startsWith('{'))) {
      throw broken(`table ${file} is not JSON: ${(cause as Error).message}`, 'mend the file', cause);
    }
    return lines.map(([i, line]) => {
      try {
        return parseKernelTuner(line);
      } catch (error) {
        throw broken(`table ${file}, line ${i + 1} is not JSON: ${(error as Error).message}`, 'mend the line', error);
      }
    });
  }
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

const REMARKS = /^\uFEFF?(?:#[^\n]*\n\s*)+/;

/**
 * Lines before the others that begin with `#` are remarks, the last of them the line of names where it has as many as the next
 * line has cells.
 */
function withoutRemarks(text: string): string {
  const remarks = REMARKS.exec(text)?.[0];
  if (remarks === undefined) return text;
  const rest = text.slice(remarks.length);
  const last = remarks.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const names = last.replace(/^\uFEFF?#\s*(?=[^\s,;|])/, '');
  const separator = separatorOf(names);
  const cells = (line: string) => line.split(separator).length;
  const [next = ''] = rest.split('\n', 1);
  return cells(names) > 1 && cells(names) === cells(next) ? `${names}\n${rest}` : rest;
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
