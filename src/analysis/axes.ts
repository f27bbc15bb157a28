import { isSame, type Json, ownValue } from '../base/json.js';
import type { Configuration, Value } from '../core/space.js';
import type { StudyDefinition } from '../core/store.js';
import type { FinishedTrial } from '../core/trial.js';
import type { DomainDefinition, ParameterDefinition, SpaceDefinition } from '../search-space/definition.js';

/** A parameter of a stored study as an axis that numbers lie on. */
export type Axis = NumericAxis | CategoryAxis;

export interface NumericAxis {
  readonly kind: 'numeric';
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Distances count by the logarithm. */
  readonly isLog: boolean;
  /** How many values there are from `low` to `high`, evenly apart on the axis' scale; null for a continuum. */
  readonly count: number | null;
  /** The values that are not numbers, in order, at 0, 1, …; undefined where the values are numbers. */
  readonly labels: readonly Value[] | undefined;
  /** Where a configuration lies; undefined where the parameter is inactive. */
  place(configuration: Configuration): number | undefined;
}

export interface CategoryAxis {
  readonly kind: 'category';
  readonly name: string;
  readonly values: readonly Value[];
  /** The index of its value; undefined where the parameter is inactive. */
  place(configuration: Configuration): number | undefined;
}

/**
 * The axes of a study: as its space says them where that is kept (an array is an axis an element); else by the values its
 * trials have. Orders and selectors are categories of the values seen.
 */
export function axesOf({ space }: StudyDefinition, trials: readonly Pick<FinishedTrial, 'configuration'>[]): Axis[] {
  const file = space.definition as SpaceDefinition | undefined;
  if (file !== undefined) return file.parameters.flatMap((parameter) => axesOfParameter(parameter, trials));
  return Object.entries(space.parameters).map(([name, said]) => guessAxis(name, said, trials));
}

/** From 0 to 1 along a numeric axis, by its scale; a single point is 0. */
export function unitOf({ low, high, isLog }: NumericAxis, value: number): number {
  const scale = isLog ? Math.log : (x: number) => x;
  return high > low ? (scale(value) - scale(low)) / (scale(high) - scale(low)) : 0;
}

/** How many different values the axis has; Infinity for a continuum. */
export const cardinalityOf = (axis: Axis): number =>
  axis.kind === 'category' ? axis.values.length : axis.low === axis.high ? 1 : (axis.count ?? Infinity);

function axesOfParameter(
  parameter: ParameterDefinition,
  trials: readonly Pick<FinishedTrial, 'configuration'>[],
): Axis[] {
  const { name } = parameter;
  if (parameter.type === 'array') {
    return Array.from({ length: parameter.length }, (_, i) => {
      const element = (configuration: Configuration) => {
        const list = ownValue(configuration, name);
        return Array.isArray(list) ? (list as readonly Value[])[i] : undefined;
      };
      return axisOf(`${name}.${i}`, parameter.element, element, trials);
    });
  }
  return [axisOf(name, parameter, (configuration) => ownValue(configuration, name), trials)];
}

type Read = (configuration: Configuration) => Value | undefined;

function axisOf(
  name: string,
  domain: DomainDefinition,
  read: Read,
  trials: readonly Pick<FinishedTrial, 'configuration'>[],
): Axis {
  const numeric = (low: number, high: number, isLog: boolean, count: number | null): Axis => ({
    ...{ kind: 'numeric', name, low, high, isLog, count, labels: undefined },
    place: (configuration) => numberOf(read(configuration)),
  });
  switch (domain.type) {
    case 'integer':
    case 'float': {
      const { min, max, scale = 'linear' } = domain;
      const step = domain.step ?? (domain.type === 'integer' ? 1 : undefined);
      const last = step === undefined ? max : min + step * Math.floor((max - min) / step + 1e-9);
      return numeric(min, last, scale !== 'linear', step === undefined ? null : Math.round((last - min) / step) + 1);
    }
    case 'power-of-two':
      return numeric(domain.min, domain.max, true, Math.round(Math.log2(domain.max / domain.min)) + 1);
    case 'boolean':
      return categories(name, [false, true], read);
    case 'categorical':
      return categories(name, domain.choices, read);
    case 'ordinal':
      return {
        ...{ kind: 'numeric', name, low: 0, high: domain.choices.length - 1, isLog: false, labels: domain.choices },
        count: domain.choices.length,
        place: placeAmong(domain.choices, read),
      };
    default:
      return categories(name, seen(read, trials), read);
  }
}

const categories = (name: string, values: readonly Value[], read: Read): CategoryAxis => ({
  ...{ kind: 'category', name, values },
  place: placeAmong(values, read),
});

/** By the text of JSON, of which configurations have one spelling. */
function placeAmong(values: readonly Value[], read: Read): Axis['place'] {
  const places = new Map(values.map((value, i) => [JSON.stringify(value), i]));
  return (configuration) => {
    const value = read(configuration);
    return value === undefined ? undefined : places.get(JSON.stringify(value));
  };
}

const numberOf = (value: Value | undefined) => (typeof value === 'number' ? value : undefined);

function seen(read: Read, trials: readonly Pick<FinishedTrial, 'configuration'>[]): Value[] {
  const found: Value[] = [];
  for (const { configuration } of trials) {
    const value = read(configuration);
    if (value !== undefined && !found.some((other) => isSame(other, value))) found.push(value);
  }
  return found;
}

/** From one line such as `integer of 9` or `float 0 0.5 1`, and what the trials have. */
function guessAxis(name: string, said: Json, trials: readonly Pick<FinishedTrial, 'configuration'>[]): Axis {
  const read: Read = (configuration) => ownValue(configuration, name);
  const values = seen(read, trials);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0 || numbers.length < values.length) {
    return categories(
      name,
      values.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      read,
    );
  }
  const type = String(said).split(' ')[0];
  const low = numbers.reduce((a, b) => Math.min(a, b));
  const high = numbers.reduce((a, b) => Math.max(a, b));
  const isPower = type === 'power-of-two';
  const count = isPower ? Math.round(Math.log2(high / low)) + 1 : type === 'integer' ? high - low + 1 : null;
  return {
    kind: 'numeric',
    name,
    low,
    high,
    isLog: isPower,
    count,
    labels: undefined,
    place: (c) => numberOf(read(c)),
  };
}
