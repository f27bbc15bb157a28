/** The rows of a CSV text (RFC 4180: quoted fields may hold commas, quotes and line ends); no empty lines. */
export function* readCsv(text: string): Generator<string[]> {
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  for (let end = false; !end; ) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new SyntaxError(`stray quote at character ${at + 1}`);
    const [, quoted, plain, separator] = match;
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    end = separator === '';
    if (separator === ',') continue;
    if (row.length > 1 || row[0] !== '') yield row;
    row = [];
  }
}
