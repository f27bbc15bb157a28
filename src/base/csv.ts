/** The rows of a CSV text (RFC 4180: quoted fields may hold commas, quotes and line ends); no empty lines. */
export function* readCsv(text: string): Generator<string[]> {
  let at = 0;
  while (at < text.length) {
    // A line without quotes, as nearly all of a large table, is split in one step.
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(at, text[end - 1] === '\r' ? end - 1 : end);
    let row: string[];
    if (line.includes('"')) [row, at] = readQuoted(text, at);
    else [row, at] = [line.split(','), end + 1];
    if (row.length > 1 || row[0] !== '') yield row;
  }
}

/** The row that starts at `start`, field by field, and where the next one starts. */
function readQuoted(text: string, start: number): [row: string[], next: number] {
  const row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  field.lastIndex = start;
  for (;;) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new SyntaxError(`stray quote at character ${at + 1}`);
    const [, quoted, plain, separator] = match;
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (separator !== ',') return [row, Math.max(field.lastIndex, at + 1)];
  }
}

/** Rows as a CSV text, a line each: fields that need it are quoted, so that `readCsv` gives the same cells back. */
export function writeCsv(rows: Iterable<readonly (string | number | boolean)[]>): string {
  let text = '';
  for (const row of rows) text += `${row.map((cell) => csvCell(String(cell))).join(',')}\n`;
  return text;
}

const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
