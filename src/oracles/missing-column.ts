import { DataError } from '../errors.js';
import { numberOf } from './number-cell.js';
import type { ReadTable } from './read-table.js';

/** What may be the matter with a table in which no column is called as a parameter; its next row is read for that. */
export function missingColumn(
  file: string,
  name: string,
  { columns, rows }: Pick<ReadTable, 'columns' | 'rows'>,
  parameters: readonly string[],
): DataError {
  const next = rows.next() ? Array.from({ length: rows.length() }, (_, i) => String(rows.cell(i) ?? '').trim()) : [];
  return new DataError('DATA_TABLE', `table ${file} has no column "${name}"`, {
    remedy: `${adviceOn(parameters, columns, next)}its columns: ${columns.join(', ')}`,
  });
}

function adviceOn(parameters: readonly string[], columns: readonly string[], next: readonly string[]): string {
  if (parameters.every((name) => next.includes(name))) {
    return columns.length === next.length && columns.some((column, i) => column !== '' && columns.indexOf(column) < i)
      ? "make one line of its two lines of names (pandas: frame.columns = ['_'.join(names) for names in frame.columns]); "
      : 'take out what stands before the line of names; ';
  }
  if (parameters.includes(next[0] ?? '')) return 'write a row a configuration (pandas: frame.T); ';
  if (columns.length === 1) return 'separate columns by commas, semicolons, tabs or bars; ';
  const isNumber = (column: string) => !Number.isNaN(numberOf(column));
  const isNamed = parameters.some((name) => columns.includes(name));
  return !isNamed && columns.some(isNumber) ? 'give the columns names in the first line; ' : '';
}
