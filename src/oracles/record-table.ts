import { isRecord, isSame } from '../base/json.js';
import { DataError } from '../errors.js';
import type { Table } from '../interop/kernel-tuner.js';

type Fields = { readonly [name: string]: unknown };

/** What of a record holds its fields, as this program's own export has it, and others. */
const HOLDERS: ReadonlySet<string> = new Set([
  ...['configuration', 'config', 'parameters', 'parameter', 'params', 'hyperparameters', 'hparams'],
  ...['metrics', 'values', 'result', 'summary'],
]);

/**
 * A list of objects as a table, a column a name; one object is a list of one. Undefined for what is neither.
 *
 * @throws DataError DATA_TABLE for a record with two values of one name.
 */
export function recordTable(json: unknown): Table | undefined {
  const list = Array.isArray(json) ? json : [json];
  if (!list.every(isRecord)) return undefined;
  const records = list.map((record, i) => flattened(record, i + 1));
  // What describes a table otherwise has objects in the place of cells, or lists alone.
  const isNone = (cells: readonly unknown[]) => cells.some(isRecord) || cells.every(Array.isArray);
  if (!Array.isArray(json) && records.some((record) => isNone([...record.values()]))) return undefined;
  const columns = [...new Set(records.flatMap((record) => [...record.keys()]))];
  return { columns, rows: records.map((record) => columns.map((name) => record.get(name))) };
}

function flattened(record: Fields, number: number): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const add = (name: string, value: unknown) => {
    if (found.has(name) && !isSame(found.get(name), value)) {
      throw new DataError('DATA_TABLE', `record ${number} has two values of "${name}"`, {
        remedy: 'rename one of them',
      });
    }
    found.set(name, value);
  };
  for (const [name, value] of Object.entries(record)) {
    if (!HOLDERS.has(name) || !isRecord(value)) add(name, value);
    else for (const [inner, cell] of Object.entries(value)) add(inner, cell);
  }
  return found;
}
