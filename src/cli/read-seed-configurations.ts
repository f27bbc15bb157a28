import { readCsv, separatorOf } from '../base/csv.js';
import { readText } from '../base/files.js';
import { parseJson } from '../base/parse-json.js';
import type { Configuration, SearchSpace, Value } from '../core/space.js';
import { UsageError } from '../errors.js';
import { readCell } from '../oracles/read-table.js';

/**
 * Configurations from files: JSON (one, or a list of them) or CSV, whose columns that name no parameter are left aside, so
 * that an exported front or trial table will do.
 *
 * @throws UsageError when a file is missing or neither; whether its configurations are legal shows later.
 */
export async function readSeedConfigurations(files: readonly string[], space: SearchSpace): Promise<Configuration[]> {
  const lists = await Promise.all(
    files.map((file) => readText(file).then((text) => read(file, text, space), unreadable(file))),
  );
  return lists.flat();
}

const unreadable = (file: string) => (cause: unknown) => {
  throw new UsageError(`cannot read the seed configurations ${file}: ${(cause as Error).message}`, {
    cause,
    remedy: 'give a JSON or CSV file',
  });
};

function read(file: string, text: string, space: SearchSpace): Configuration[] {
  try {
    const found = /\.csv$/i.test(file) ? readTable(text, space) : readJson(text);
    if (found.length === 0) throw new TypeError('it is empty');
    return found;
  } catch (cause) {
    throw new UsageError(`${file} holds no configurations: ${(cause as Error).message}`, {
      cause,
      remedy: 'write [{"parameter": value, …}, …], or a CSV with the parameters in its header',
    });
  }
}

function readJson(text: string): Configuration[] {
  const value: unknown = parseJson(text);
  const list = Array.isArray(value) ? value : [value];
  const odd = list.find((item) => typeof item !== 'object' || item === null || Array.isArray(item));
  if (odd !== undefined) throw new TypeError(`${JSON.stringify(odd)} is no object`);
  return list as Configuration[];
}

function readTable(text: string, space: SearchSpace): Configuration[] {
  const separator = separatorOf(text);
  const [header = [], ...rows] = readCsv(text, separator);
  const columns = space.parameters.flatMap((parameter) => {
    const at = header.findIndex((name) => name.trim() === parameter.name);
    const like = at < 0 ? header.find((name) => name.trim().toLowerCase() === parameter.name.toLowerCase()) : undefined;
    if (like !== undefined)
      throw new TypeError(`its column "${like.trim()}" is called "${parameter.name}" in the space`);
    return at < 0 ? [] : [{ name: parameter.name, at, read: readCell(parameter, { decimalComma: separator !== ',' }) }];
  });
  return rows.map((row): Configuration => {
    const cells = columns.flatMap(({ name, at, read: value }): [string, Value][] => {
      const cell = row[at]?.trim() ?? '';
      return cell === '' ? [] : [[name, value(cell)]];
    });
    return Object.fromEntries(cells);
  });
}
