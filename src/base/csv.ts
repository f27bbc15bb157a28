/**
 * The rows of a CSV text (RFC 4180: quoted fields may hold separators, quotes and line ends); no empty lines. A byte
 * order mark before it is skipped.
 *
 * @throws SyntaxError for a quote within a plain field or one that is not closed.
 */
export function* readCsv(content: string, separator = ','): Generator<string[]> {
  let text = content;
  const field = fieldOf(separator);
  // Old Macs end lines by this alone.
  if (text.includes('\r') && !text.includes('\n')) text = text.replaceAll('\r', '\n');
  let at = SEPARATOR_LINE.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    // A line without quotes, as nearly all of a large table, is split in one step.
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, text[end - 1] === '\r' ? end - 1 : end);
    let row: string[];
    if (line.includes('"')) [row, at] = readQuoted(text, at, field, separator);
    else [row, at] = [line.split(separator), end + 1];
    if (row.length > 1 || row[0] !== '') yield row;
  }
}

/** A byte order mark, and the line by which Excel is told what separates the columns. */
const SEPARATOR_LINE = /^\uFEFF?(?:sep=([,;\t])\r?\n)?/i;

/** What separates the columns of a CSV: what its first line says, else a semicolon or a tab where its header has no comma, else a comma. */
export function separatorOf(text: string): ',' | ';' | '\t' {
  const said = SEPARATOR_LINE.exec(text)?.[1];
  if (said !== undefined) return said as ',' | ';' | '\t';
  const header = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"(?:[^"]|"")*"/g, '');
  if (header.includes(',')) return ',';
  return header.includes(';') ? ';' : header.includes('\t') ? '\t' : ',';
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

const fieldOf = (separator: string) =>
  new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`, 'y');

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
