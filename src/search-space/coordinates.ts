import { ownValue } from '../base/json.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import { type CompiledParameter, settle } from './compile-parameters.js';

const INACTIVE_UNIT = 0.5;

type Coordinates = Pick<SearchSpace, 'distance' | 'features' | 'encode' | 'unitDimension' | 'toUnit'> & {
  /** In every domain and canonical, but constraints may be broken. */
  fromUnit(point: readonly number[]): Configuration;
};

/** Configurations as numbers: distances, the columns for models, the axes of the unit cube. They must be canonical. */
export function createCoordinates(parameters: readonly CompiledParameter[]): Coordinates {
  const starts = new Map<string, number>();
  let dimension = 0;
  for (const { name, domain } of parameters) {
    starts.set(name, dimension);
    dimension += domain.axes;
  }
  return {
    distance: (a, b) => {
      const sum = parameters.reduce((total, { name, domain }) => {
        const [own, other] = [ownValue(a, name), ownValue(b, name)];
        if (own === undefined && other === undefined) return total;
        return total + (own === undefined || other === undefined ? 1 : domain.distance(own, other));
      }, 0);
      return sum / parameters.length;
    },
    features: parameters.flatMap(({ name, domain }) =>
      domain.features.map((feature) => ({ ...feature, parameter: name })),
    ),
    encode: (configuration) =>
      parameters.flatMap(({ name, domain }) => {
        const value = ownValue(configuration, name);
        return value === undefined ? domain.features.map(({ absent }) => absent) : domain.encode(value);
      }),
    unitDimension: dimension,
    toUnit: (configuration) =>
      parameters.flatMap(({ name, domain }) => {
        const value = ownValue(configuration, name);
        return value === undefined ? new Array<number>(domain.axes).fill(INACTIVE_UNIT) : domain.toUnit(value);
      }),
    fromUnit: (point) =>
      settle(parameters, ({ name, domain }) => {
        const start = starts.get(name)!;
        return domain.fromUnit(point.slice(start, start + domain.axes));
      }),
  };
}
