import type { Configuration, SearchSpace, Value } from '../core/space.js';
import { SpaceError, SupersamError, UsageError } from '../errors.js';
import { nameColumns } from '../oracles/parameter-columns.js';
import { readCell } from '../oracles/read-cell.js';
import { type ReadTable, readTable } from '../oracles/read-table.js';

/**
 * Configurations from files, whatever tables are read from: CSV, JSON (one, or a list of them) or one a line. What names no
 * parameter is left aside, so that an exported front or trial table will do; cells are matched by value.
 *
 * @throws UsageError when a file is missing or neither, or a configuration is none of the space; whether the constraints hold
 *   shows later.
 */
export async function readSeedConfigurations(files: readonly string[], space: SearchSpace): Promise<Configuration[]> {
  const lists = await Promise.all(files.map((file) => read(file, space)));
  return lists.flat();
}

async function read(file: string, space: SearchSpace): Promise<Configuration[]> {
  try {
    const found = configurationsOf(await readTable(file), space, file);
    if (found.length === 0) throw new TypeError('it is empty');
    return found;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${file} holds no configurations: ${(cause as Error).message}`, {
      cause,
      remedy:
        (cause instanceof SupersamError ? cause.remedy : undefined) ??
        'write [{"parameter": value, …}, …], or a CSV with the parameters in its header',
    });
  }
}

function configurationsOf(table: ReadTable, space: SearchSpace, file: string): Configuration[] {
  const { columns } = nameColumns(table.columns, space);
  const parameters = space.parameters.flatMap((parameter) => {
    const at = columns.indexOf(parameter.name);
    if (at !== columns.lastIndexOf(parameter.name)) throw new TypeError(`two columns are called "${parameter.name}"`);
    return at < 0 ? [] : [{ name: parameter.name, at, read: readCell(parameter, table) }];
  });
  const { rows } = table;
  const found: Configuration[] = [];
  for (let row = 1; rows.next(); row++) {
    const where = `${file}, configuration ${row}`;
    if (parameters.length === 0) {
      throw new TypeError(`nothing in it is called after a parameter (it has ${columns.join(', ')})`);
    }
    if (rows.length() > columns.length && rows.cell(columns.length) !== '') {
      throw new UsageError(`${where} has ${rows.length()} cells, the header names ${columns.length}`, {
        remedy: 'quote cells that hold the separator, and write a decimal point',
      });
    }
    const cells = parameters.flatMap(({ name, at, read: value }): [string, Value][] => {
      const cell = rows.cell(at);
      const isEmpty = cell === undefined || cell === null || (typeof cell === 'string' && cell.trim() === '');
      return isEmpty ? [] : [[name, value(cell)]];
    });
    found.push(legal(Object.fromEntries(cells), space, where));
  }
  return found;
}

function legal(configuration: Configuration, space: SearchSpace, where: string): Configuration {
  try {
    return space.canonical(configuration);
  } catch (cause) {
    if (!(cause instanceof SpaceError)) throw cause;
    throw new UsageError(`${where}: ${cause.message}`, { cause, remedy: cause.remedy });
  }
}
