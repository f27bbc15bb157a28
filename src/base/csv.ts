import { decimalIn, digitsIn } from './digits.js';

/** The rows of a table, one after the other: what was read of one is gone with the next. */
export interface RowReader {
  /** Goes on to the next row; false behind the last. */
  next(): boolean;
  /** How many cells this row has. */
  length(): number;
  /** What stands in a column of this row; undefined where there is none. */
  cell(column: number): unknown;
  /** The number of a cell as {@link digitsIn} reads it; -1 too where the cell is no plain text. */
  digits(column: number): number;
  /** The number of a cell as {@link decimalIn} reads it; NaN too where the cell is no plain text. */
  decimal(column: number): number;
}

/**
 * The rows of a CSV text (RFC 4180: quoted fields may hold separators, quotes and line ends; blanks around the quotes are none of it); no empty lines. A byte
 * order mark before it is skipped.
 *
 * @throws SyntaxError for a quote within a plain field or one that is not closed.
 */
export function* readCsv(content: string, separator = ','): Generator<string[]> {
  const rows = csvRows(content, separator);
  while (rows.next()) yield Array.from({ length: rows.length() }, (_, column) => rows.cell(column) as string);
}

/** The same rows with neither a list for each nor a text for each cell: most cells of a large table are numbers. */
export function csvRows(content: string, separator = ','): RowReader {
  // Old Macs end lines by this alone.
  const text = content.includes('\r') && !content.includes('\n') ? content.replaceAll('\r', '\n') : content;
  const field = fieldOf(separator);
  const mark = separator.charCodeAt(0);
  let at = SEPARATOR_LINE.exec(text)?.[0].length ?? 0;
  let length = 0;
  /** The cells of a row with quotes; of any other, where each begins: one behind where the one before it ends. */
  let quoted: readonly string[] | undefined;
  const starts = [at];
  const start = (column: number) => starts[column] as number;
  const end = (column: number) => (starts[column + 1] as number) - 1;
  const isPlain = (column: number) => quoted === undefined && column >= 0 && column < length;

  /** Splits the row at `at`; false where there is a quote in it. */
  function split(): boolean {
    let next = at;
    length = 0;
    starts[0] = at;
    for (; next < text.length; next++) {
      const code = text.charCodeAt(next);
      if (code === mark) starts[++length] = next + 1;
      else if (code === NEWLINE) break;
      else if (code === QUOTE) return false;
    }
    starts[++length] = next > at && text.charCodeAt(next - 1) === RETURN ? next : next + 1;
    at = next + 1;
    return true;
  }

  return {
    next() {
      while (at < text.length) {
        quoted = undefined;
        if (!split()) {
          [quoted, at] = readQuoted(text, at, field, separator);
          length = quoted.length;
        }
        if (length > 1 || (quoted?.[0] ?? text.slice(start(0), end(0))) !== '') return true;
      }
      return false;
    },
    length: () => length,
    cell: (column) => (isPlain(column) ? text.slice(start(column), end(column)) : quoted?.[column]),
    digits: (column) => (isPlain(column) ? digitsIn(text, start(column), end(column)) : -1),
    decimal: (column) => (isPlain(column) ? decimalIn(text, start(column), end(column)) : Number.NaN),
  };
}

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/** A byte order mark, and the line by which Excel is told what separates the columns. */
const SEPARATOR_LINE = /^\uFEFF?(?:sep=([,;\t])\r?\n)?/i;

/** What separates the columns of a CSV: what its first line says, else a semicolon, a tab or a bar where its header has no comma, else a comma. */
export function separatorOf(text: string): ',' | ';' | '\t' | '|' {
  const said = SEPARATOR_LINE.exec(text)?.[1];
  if (said !== undefined) return said as ',' | ';' | '\t';
  const header = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"(?:[^"]|"")*"/g, '');
  if (header.includes(',')) return ',';
  return ([';', '\t', '|'] as const).find((mark) => header.includes(mark)) ?? ',';
}

/**
 * The text of a CSV, a line a row. Lists and records are written as JSON, undefined and null as nothing; what holds
 * commas, quotes or line ends is quoted.
 */
export const writeCsv = (rows: Iterable<readonly unknown[]>): string =>
  Array.from(rows, (row) => `${row.map(cell).join(',')}\n`).join('');

function cell(value: unknown): string {
  const text =
    value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : `${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Blanks may stand around the quotes of a field. */
const fieldOf = (separator: string) =>
  new RegExp(`(?: *"((?:[^"]|"")*)" *|([^"${separator}\\r\\n]*))([${separator}]|\\r?\\n|$)`, 'y');

/** The row that starts at `start`, field by field, and where the next one starts. */
function readQuoted(text: string, start: number, field: RegExp, separator: string): [row: string[], next: number] {
  const row: string[] = [];
  field.lastIndex = start;
  for (;;) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new SyntaxError(`stray quote at character ${at + 1}`);
    const [, quoted, plain, mark] = match;
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (mark !== separator) return [row, Math.max(field.lastIndex, at + 1)];
  }
}
