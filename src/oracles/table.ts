import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Configuration, Value } from '../core/configuration.js';
import type { Measurement, Oracle } from '../core/oracle.js';
import type { Parameter, SearchSpace } from '../core/space.js';
import { DataError, SpaceError } from '../errors.js';
import { readCsv } from './read-csv.js';

const STATES = ['complete', 'infeasible', 'failed'];

/**
 * Recorded measurements: a CSV whose header names the parameters of `space` and the metrics, with an optional `state`
 * column (complete, infeasible, failed). A configuration that the table does not hold is infeasible. Fields of inactive
 * parameters may be empty. Of two rows for one configuration the first counts.
 *
 * @throws DataError DATA_TABLE when the file is missing, is no CSV, lacks a parameter's column or holds no usable row.
 */
export async function createTableOracle(file: string, space: SearchSpace): Promise<Oracle> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw broken(`cannot read table ${file}`, 'check the path after "table:"', cause);
  });
  const { metrics, rows } = readTable(file, text, space);
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {
    name: 'table',
    metrics,
    measure: async (configuration) =>
      rows.get(space.key(configuration)) ?? { state: 'infeasible', message: 'not in the table' },
    fingerprint: async () => ({ table: sha256 }),
  };
}

function readTable(file: string, text: string, space: SearchSpace) {
  const lines = parse(file, text);
  const header = lines[0] ?? [];
  const column = new Map(header.map((name, i) => [name.trim(), i]));
  for (const { name } of space.parameters) {
    if (!column.has(name)) {
      throw broken(`table ${file} has no column "${name}"`, `its columns: ${[...column.keys()].join(', ')}`);
    }
  }
  const parameters = new Map(space.parameters.map((parameter) => [parameter.name, valuesByText(parameter)]));
  const metrics = [...column.keys()].filter((name) => name !== 'state' && !parameters.has(name));
  const rows = new Map<string, Measurement>();
  for (const [number, line] of lines.entries()) {
    if (number === 0) continue;
    const cell = (name: string) => line[column.get(name) as number]?.trim() ?? '';
    const key = keyOf(space, parameters, cell);
    if (key === undefined || rows.has(key)) continue;
    rows.set(
      key,
      measurementOf(column.has('state') ? cell('state') : 'complete', metrics, cell, `${file}:${number + 1}`),
    );
  }
  if (rows.size === 0) {
    throw broken(`no row of table ${file} lies in the space "${space.name}"`, 'check the values of its columns');
  }
  // A column of text (a label, say) measures nothing.
  const measured = new Set(
    [...rows.values()].flatMap((row) => (row.state === 'complete' ? Object.keys(row.metrics) : [])),
  );
  return { rows, metrics: metrics.filter((name) => measured.has(name)) };
}

function parse(file: string, text: string): string[][] {
  try {
    return [...readCsv(text)];
  } catch (cause) {
    throw broken(`table ${file} is not a CSV: ${(cause as Error).message}`, 'close every quote', cause);
  }
}

/** How a parameter's values are written in a table; a parameter without a list of values is a number. */
function valuesByText({ values }: Parameter): (text: string) => Value {
  if (values === null) return Number;
  const byText = new Map(
    values.map((value) => [typeof value === 'object' ? JSON.stringify(value) : String(value), value]),
  );
  const read = (text: string): Value => {
    const spelled = values.includes(true) ? (BOOLEANS.get(text.toLowerCase()) ?? text) : text;
    return byText.get(spelled) ?? values.find((value) => typeof value === 'number' && value === Number(text)) ?? text;
  };
  return read;
}

const BOOLEANS = new Map([
  ['1', 'true'],
  ['0', 'false'],
  ['true', 'true'],
  ['false', 'false'],
]);

/** The row's configuration in canonical form; undefined for one outside the space. */
function keyOf(
  space: SearchSpace,
  parameters: ReadonlyMap<string, (text: string) => Value>,
  cell: (name: string) => string,
): string | undefined {
  const configuration: { [parameter: string]: Value } = {};
  for (const [name, read] of parameters) {
    const text = cell(name);
    if (text !== '') configuration[name] = read(text);
  }
  try {
    return space.key(space.canonical(configuration as Configuration));
  } catch (error) {
    if (error instanceof SpaceError) return undefined;
    throw error;
  }
}

function measurementOf(
  state: string,
  names: readonly string[],
  cell: (name: string) => string,
  where: string,
): Measurement {
  if (!STATES.includes(state)) throw broken(`${where}: unknown state "${state}"`, `states are: ${STATES.join(', ')}`);
  if (state === 'infeasible') return { state };
  if (state === 'failed') return { state, kind: 'runtime', message: 'recorded as failed' };
  const metrics = names.map((name) => [name, cell(name) === '' ? Number.NaN : Number(cell(name))] as const);
  return { state: 'complete', metrics: Object.fromEntries(metrics.filter(([, value]) => Number.isFinite(value))) };
}

const broken = (message: string, remedy: string, cause?: unknown) =>
  new DataError('DATA_TABLE', message, { remedy, cause });
