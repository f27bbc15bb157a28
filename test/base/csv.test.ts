import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvRows, readCsv } from '../../src/base/csv.js';

/** Every row field by field, as the grammar says; null for what it refuses. */
function byGrammar(content: string, separator: string): string[][] | null {
  const lines = content.includes('\n') ? content : content.replaceAll('\r', '\n');
  let rest = lines.replace(/^\uFEFF?(?:sep=[,;\t]\r?\n)?/i, '');
  const rows: string[][] = [];
  while (rest !== '') {
    const line = /^[^\n]*/.exec(rest)?.[0] ?? '';
    const row: string[] = [];
    if (!line.includes('"')) {
      row.push(...line.replace(/\r$/, '').split(separator));
      rest = rest.slice(line.length + 1);
    } else {
      for (let more = true; more; ) {
        const [cell] = /^ *"(?:[^"]|"")*" */.exec(rest) ?? new RegExp(`^[^"${separator}\r\n]*`).exec(rest) ?? [''];
        row.push(cell.includes('"') ? cell.trim().slice(1, -1).replaceAll('""', '"') : cell);
        rest = rest.slice(cell.length);
        const [end] = new RegExp(`^(?:${separator}|\r?\n|$)`).exec(rest) ?? [];
        if (end === undefined) return null;
        rest = rest.slice(end.length);
        more = end === separator;
      }
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
  }
  return rows;
}

it('reads rows as the grammar says, and refuses what it refuses', () => {
  const piece = fc.constantFrom(
    '"',
    '""',
    ',',
    ';',
    '\n',
    '\r\n',
    '\r',
    '1',
    '-0',
    '2.50',
    'é',
    ' ',
    '\uFEFF',
    'sep=;\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), fc.constantFrom(',', ';'), (pieces, separator) => {
      const text = pieces.join('');
      const expected = byGrammar(text, separator);
      if (expected === null) expect(() => [...readCsv(text, separator)]).toThrow(SyntaxError);
      else expect([...readCsv(text, separator)]).toEqual(expected);
    }),
    { seed: 1, numRuns: 3000 },
  );
});

it('reads numbers in place to the last bit, or leaves them', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true }).map(String),
    fc.integer().map(String),
    fc.double({ min: -1e7, max: 1e7, noNaN: true }).map((value) => value.toFixed(6)),
    fc.array(fc.constantFrom(...'0123456789.-+e,x '), { maxLength: 18 }).map((signs) => signs.join('')),
  );
  fc.assert(
    fc.property(number, (text) => {
      fc.pre(!text.includes(',') && text !== '');
      const rows = csvRows(`${text},${text}\n`);
      rows.next();
      for (const column of [0, 1]) {
        const decimal = rows.decimal(column);
        if (!Number.isNaN(decimal)) expect(decimal).toBe(Number(text));
        else expect(text).not.toMatch(/^-?\d{1,8}(\.\d{1,7})?$/);
        const digits = rows.digits(column);
        expect(digits).toBe(/^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : -1);
      }
      for (const column of [-1, 2])
        expect([rows.cell(column), rows.digits(column), rows.decimal(column)]).toEqual([undefined, -1, Number.NaN]);
    }),
    { seed: 1, numRuns: 3000 },
  );
});
