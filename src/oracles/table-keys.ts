import type { RowReader } from '../base/csv.js';
import { ownValue, setOwn } from '../base/json.js';
import type { Configuration, SearchSpace, Value } from '../core/space.js';
import { SpaceError } from '../errors.js';
import { readCell } from './read-cell.js';

/** Which row of a table holds which configuration. */
export interface TableKeys {
  /** What the configuration of the row that is being read goes by, or what puts it outside the space. */
  ofRow(row: RowReader): string | number | SpaceError;
  /** @throws SpaceError for what is no configuration of the space. */
  ofConfiguration(configuration: Configuration): string | number;
  /** An empty index from those keys to places of rows. */
  createIndex(): TableIndex;
}

export interface TableIndex {
  get(key: string | number): number | undefined;
  set(key: string | number, place: number): unknown;
}

interface ParameterColumn {
  readonly name: string;
  readonly column: number;
  readonly read: (cell: unknown) => Value;
  /** Whether nothing is one of its choices. */
  readonly hasEmpty: boolean;
}

/**
 * Where every parameter lists its values and none is ever inactive, a configuration goes by one whole number, its values'
 * places as the digits: a million rows then take a sixth of the time that their texts do, and a twentieth of the memory.
 */
export function tableKeys(
  columns: readonly string[],
  space: SearchSpace,
  format: { readonly decimalComma: boolean },
): TableKeys {
  const parameters = space.parameters.map((parameter) => ({
    name: parameter.name,
    column: columns.indexOf(parameter.name),
    read: readCell(parameter, format),
    hasEmpty: parameter.values?.includes('') ?? false,
  }));
  const texts: TableKeys = {
    ofRow: (row) => textOf(space, parameters, row),
    ofConfiguration: (configuration) => space.key(configuration),
    createIndex: () => new Map<string | number, number>(),
  };
  const size = space.parameters.reduce((product, { cardinality }) => product * cardinality, 1);
  const isListed = space.parameters.every(({ values }) => values?.every((value) => typeof value !== 'object'));
  return isListed && size <= Number.MAX_SAFE_INTEGER && isFlat(space)
    ? numbered(space, parameters, size, texts)
    : texts;
}

/** Whether every configuration has all parameters, as far as the space says what it is made of. */
function isFlat({ definition }: SearchSpace): boolean {
  const { parameters } = (definition ?? {}) as { readonly parameters?: readonly object[] };
  return parameters?.every((parameter) => !('when' in parameter)) ?? false;
}

/** Up to this many configurations, the index is a list. */
const MOST_LISTED = 2 ** 24;
/** Different spellings of one column that are kept, and so many whole numbers. */
const MOST_SPELLINGS = 2 ** 17;
const NOT_THERE = -1;
/** A whole number whose place has not been looked for. */
const UNKNOWN = -2;

function numbered(
  space: SearchSpace,
  parameters: readonly ParameterColumn[],
  size: number,
  texts: TableKeys,
): TableKeys {
  const digits = parameters.map((parameter, i) => {
    const values = space.parameters[i]?.values ?? [];
    const places = new Map(values.map((value, place) => [value, place]));
    const spellings = new Map<unknown, number>();
    const placeOf = (cell: unknown): number => {
      if (cell === undefined || cell === null || (cell === '' && !parameter.hasEmpty)) return NOT_THERE;
      const place = places.get(parameter.read(cell)) ?? NOT_THERE;
      if (spellings.size < MOST_SPELLINGS) spellings.set(cell, place);
      return place;
    };
    const wholes: number[] = [];
    /** Whole numbers, written in the one way that {@link RowReader.digits} reads, go by themselves. */
    const placeIn = (row: RowReader): number => {
      const whole = row.digits(parameter.column);
      if (whole < 0 || whole >= MOST_SPELLINGS) {
        const cell = row.cell(parameter.column);
        return spellings.get(cell) ?? placeOf(cell);
      }
      while (wholes.length <= whole) wholes.push(UNKNOWN);
      if (wholes[whole] === UNKNOWN) wholes[whole] = placeOf(row.cell(parameter.column));
      return wholes[whole] as number;
    };
    return { ...parameter, base: values.length, places, placeIn };
  });
  return {
    ofRow(row) {
      let code = 0;
      for (const { base, placeIn } of digits) {
        const place = placeIn(row);
        if (place === NOT_THERE) return texts.ofRow(row);
        code = code * base + place;
      }
      return code;
    },
    ofConfiguration(configuration) {
      let code = 0;
      for (const { name, base, places } of digits) {
        const place = places.get(ownValue(configuration, name) as Value);
        if (place === undefined) return texts.ofConfiguration(configuration);
        code = code * base + place;
      }
      return code;
    },
    createIndex: () => (size <= MOST_LISTED ? listIndex(size) : texts.createIndex()),
  };
}

function listIndex(size: number): TableIndex {
  const places = new Int32Array(size).fill(NOT_THERE);
  return {
    get: (key) => {
      const place = places[key as number];
      return place === NOT_THERE ? undefined : place;
    },
    set: (key, place) => {
      places[key as number] = place;
    },
  };
}

function textOf(space: SearchSpace, parameters: readonly ParameterColumn[], row: RowReader): string | SpaceError {
  const configuration: { [parameter: string]: Value } = {};
  for (const { name, column, read, hasEmpty } of parameters) {
    const cell = row.cell(column);
    if (cell === undefined || cell === null || (cell === '' && !hasEmpty)) continue;
    setOwn(configuration, name, read(cell));
  }
  try {
    return space.key(configuration as Configuration);
  } catch (error) {
    if (error instanceof SpaceError) return error;
    throw error;
  }
}
