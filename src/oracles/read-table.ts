import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readCsv } from '../base/csv.js';
import type { Parameter, Value } from '../core/space.js';
import { DataError } from '../errors.js';
import { readKernelTuner, type Table } from '../interop/read-kernel-tuner.js';

/**
 * Reads a CSV, or Kernel Tuner's results as JSON; a name that ends in `.gz` is unpacked first.
 *
 * @throws DataError DATA_TABLE when the file is missing or neither; a CSV's rows throw it while they are read.
 */
export async function readTable(file: string): Promise<Table & { readonly sha256: string }> {
  const text = await readText(file);
  const sha256 = createHash('sha256').update(text).digest('hex');
  if (!/\.json(\.gz)?$/i.test(file)) return { ...csvTable(file, text), sha256 };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw broken(`table ${file} is not JSON: ${(cause as Error).message}`, 'mend the file', cause);
  }
  const table = readKernelTuner(json);
  if (table !== undefined) return { ...table, sha256 };
  const isProblem = typeof json === 'object' && json !== null && 'ConfigurationSpace' in json;
  throw broken(
    isProblem ? `${file} describes a tuning problem (T1) and holds no results` : `table ${file} has no known format`,
    "give a CSV, Kernel Tuner's cache file or its T4 results",
  );
}

async function readText(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    return (file.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes).toString('utf8');
  } catch (cause) {
    throw broken(`cannot read table ${file}: ${(cause as Error).message}`, 'check the path after "table:"', cause);
  }
}

function csvTable(file: string, text: string): Table {
  const rows = readCsv(text);
  const named = <T>(read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      throw broken(`table ${file} is not a CSV: ${(cause as Error).message}`, 'close every quote', cause);
    }
  };
  const header = named(() => rows.next().value as string[] | undefined) ?? [];
  return {
    columns: header.map((name) => name.trim()),
    rows: {
      *[Symbol.iterator]() {
        for (;;) {
          const row = named(() => rows.next());
          if (row.done === true) return;
          yield row.value;
        }
      },
    },
  };
}

const broken = (message: string, remedy: string, cause?: unknown) =>
  new DataError('DATA_TABLE', message, { remedy, cause });

const BOOLEANS: { readonly [text: string]: boolean } = { '1': true, '0': false, true: true, false: false };

/**
 * Reads how a table writes a parameter's values: as text, or as they are. Lists and records are JSON. What is none of
 * the parameter's values comes back as it stands and lies outside its domain.
 */
export function readCell({ values, type }: Parameter): (cell: unknown) => Value {
  const known = new Map<unknown, Value>();
  for (const value of values ?? []) known.set(typeof value === 'object' ? JSON.stringify(value) : String(value), value);
  return (cell) => {
    const text = typeof cell === 'object' ? JSON.stringify(cell) : String(cell).trim();
    const found = known.get(text);
    if (found !== undefined) return found;
    if (type === 'boolean') return BOOLEANS[text.toLowerCase()] ?? text;
    if (STRUCTURED.has(type)) return parse(text);
    // "64.0" is 64.
    return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  };
}

const STRUCTURED: ReadonlySet<string> = new Set(['array', 'permutation', 'schedule', 'selector']);

function parse(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
