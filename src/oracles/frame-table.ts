import { isRecord, isSame } from '../base/json.js';
import { DataError } from '../errors.js';
import type { Table } from '../interop/kernel-tuner.js';

type Fields = { readonly [name: string]: unknown };
type Cells = { readonly [name: string]: Fields };

/**
 * A table as pandas writes frames, `to_json` in every `orient` that keeps the names: split and table, columns (its default)
 * and index as far as rows are known by their whole numbers, and lists by column (`to_dict('list')`). Undefined for what is
 * none of them.
 *
 * @throws DataError DATA_TABLE for lists of other lengths, and where rows and columns cannot be told apart.
 */
export function frameTable(json: unknown): Table | undefined {
  if (!isRecord(json)) return undefined;
  const { schema, columns, data } = json;
  if (isRecord(schema) && Array.isArray(data) && data.every(isRecord)) return fromRecords(data, schema['primaryKey']);
  if (Array.isArray(columns) && columns.every((name) => typeof name === 'string') && Array.isArray(data)) {
    return { columns, rows: rowsOf(data, columns.length) };
  }
  const entries = Object.entries(json);
  if (entries.length === 0) return undefined;
  if (entries.every(([, cells]) => Array.isArray(cells))) return fromLists(json as { [name: string]: unknown[] });
  return entries.every(([, cells]) => isRecord(cells)) ? fromCells(json as Cells) : undefined;
}

/** Beside what pandas says of their columns: `index` is what it calls the numbers of rows that have no name. */
function fromRecords(records: readonly Fields[], key: unknown): Table {
  const isNumber = (name: string) => name === 'index' && isSame(key, ['index']);
  const columns = [...new Set(records.flatMap(Object.keys))].filter((name) => !isNumber(name));
  return { columns, rows: records.map((record) => columns.map((name) => record[name])) };
}

function rowsOf(data: readonly unknown[], length: number): readonly unknown[][] {
  const other = data.findIndex((row) => !Array.isArray(row) || row.length !== length);
  if (other < 0) return data as unknown[][];
  throw refuse(`row ${other + 1} has not ${length} cells, as there are columns`);
}

function fromLists(lists: { readonly [name: string]: readonly unknown[] }): Table {
  const columns = Object.keys(lists);
  const [first, ...others] = Object.values(lists) as [readonly unknown[], ...(readonly unknown[])[]];
  const other = others.findIndex((list) => (list as readonly unknown[]).length !== first.length);
  if (other >= 0) throw refuse(`columns "${columns[0]}" and "${columns[other + 1]}" have not as many rows`);
  return { columns, rows: first.map((_, i) => columns.map((name) => lists[name]?.[i])) };
}

/** Rows are known by whole numbers, names of columns are none: what is outside and what inside shows in that. */
function fromCells(cells: Cells): Table | undefined {
  const outside = Object.keys(cells);
  const inside = [...new Set(Object.values(cells).flatMap(Object.keys))];
  const isWhole = Object.values(cells).every((one) => Object.keys(one).length === inside.length);
  if (inside.length === 0 || !isWhole) return undefined;
  const [isOutside, isInside] = [outside, inside].map((labels) => labels.every((label) => /^-?\d+$/.test(label)));
  if (isOutside === isInside && outside.length < 2) return undefined;
  if (isOutside === isInside) throw refuse('its rows and its columns cannot be told apart');
  return isOutside === true
    ? { columns: inside, rows: outside.map((row) => inside.map((name) => cells[row]?.[name])) }
    : { columns: outside, rows: inside.map((row) => outside.map((name) => cells[name]?.[row])) };
}

const refuse = (message: string) =>
  new DataError('DATA_TABLE', message, { remedy: "write it by to_json(orient='records')" });
