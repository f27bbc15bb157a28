import { ownValue } from '../base/json.js';
import type { Rng } from '../base/rng.js';
import type { Configuration, CrossoverKind, MutateOptions, ParameterType, SearchSpace, Value } from '../core/space.js';
import { type CompiledParameter, settle } from './parameters.js';

const SIGMA = 0.1;
/** Types whose values have parts that a crossover mixes. */
const COMPOUND: readonly ParameterType[] = ['array', 'permutation', 'schedule'];

/** The steps of a search from canonical configurations to canonical ones; constraints are not looked at. */
export interface Operators {
  draw(rng: Rng): Configuration;
  mutate(parent: Configuration, options: MutateOptions, rng: Rng): Configuration;
  cross(a: Configuration, b: Configuration, kind: CrossoverKind, share: number, rng: Rng): Configuration;
  difference(base: Configuration, a: Configuration, b: Configuration, factor: number, rng: Rng): Configuration;
  move(
    current: Configuration,
    attractors: readonly { readonly to: Configuration; readonly weight: number }[],
    rng: Rng,
  ): Configuration;
  neighbours(configuration: Configuration): Configuration[];
  /** The neighbours, each made when it is called. */
  steps(configuration: Configuration): (() => Configuration)[];
}

/** Parameters that a step makes active are sampled, in `neighbours` set to their middle value. */
export function createOperators(parameters: readonly CompiledParameter[]): Operators {
  const changed = (base: Configuration, change: ReadonlyMap<CompiledParameter, Value>, rng: Rng) =>
    settle(
      parameters,
      (parameter) => change.get(parameter) ?? ownValue(base, parameter.name) ?? parameter.domain.sample(rng),
    );
  const steps = (configuration: Configuration) =>
    parameters.flatMap((changing) => {
      const value = ownValue(configuration, changing.name);
      if (value === undefined) return [];
      return changing.domain
        .neighbours(value)
        .map(
          (next) => () =>
            settle(parameters, (parameter) =>
              parameter === changing ? next : (ownValue(configuration, parameter.name) ?? parameter.domain.middle),
            ),
        );
    });

  return {
    draw: (rng) => settle(parameters, ({ domain }) => domain.sample(rng)),

    mutate(parent, { rate, kind = 'uniform', sigma = SIGMA }, rng) {
      const open = parameters.filter(
        ({ name, domain }) => ownValue(parent, name) !== undefined && domain.cardinality !== 1n,
      );
      if (open.length === 0) return parent;
      const forced = rng.pick(open);
      const change = new Map<CompiledParameter, Value>();
      for (const parameter of open) {
        if (rng.float() >= rate && parameter !== forced) continue;
        const value = ownValue(parent, parameter.name)!;
        change.set(parameter, parameter.domain.mutate(value, { kind, sigma }, rng));
      }
      return changed(parent, change, rng);
    },

    cross(a, b, kind, share, rng) {
      const fromB = parentMask(parameters.length, kind, share, rng);
      return settle(parameters, ({ name, index, domain }) => {
        const [own, other] = [ownValue(a, name), ownValue(b, name)];
        if (own === undefined || other === undefined) return own ?? other ?? domain.sample(rng);
        if (kind === 'sbx' || COMPOUND.includes(domain.type)) return domain.cross(own, other, kind, rng, share);
        return fromB[index] === true ? other : own;
      });
    },

    difference(base, a, b, factor, rng) {
      const change = new Map<CompiledParameter, Value>();
      for (const parameter of parameters) {
        const [own, plus, minus] = [base, a, b].map((configuration) => ownValue(configuration, parameter.name));
        if (own === undefined || plus === undefined || minus === undefined) continue;
        change.set(parameter, parameter.domain.difference(own, plus, minus, factor, rng));
      }
      return changed(base, change, rng);
    },

    move(current, attractors, rng) {
      const change = new Map<CompiledParameter, Value>();
      for (const parameter of parameters) {
        const own = ownValue(current, parameter.name);
        if (own === undefined) continue;
        const pulls = attractors.flatMap(({ to, weight }) => {
          const target = ownValue(to, parameter.name);
          return target === undefined ? [] : [{ to: target, weight }];
        });
        change.set(parameter, parameter.domain.move(own, pulls, rng));
      }
      return changed(current, change, rng);
    },

    neighbours: (configuration) => steps(configuration).map((step) => step()),
    steps,
  };
}

/** Which parameters come from the second parent. The crossovers of permutations mix all others one by one. */
function parentMask(count: number, kind: CrossoverKind, share: number, rng: Rng): boolean[] {
  if (kind !== 'one-point' && kind !== 'two-point') return Array.from({ length: count }, () => rng.float() < share);
  const cut = () => rng.int(1, Math.max(1, count - 1));
  const cuts = [cut(), kind === 'one-point' ? count : cut()];
  const [start, end] = [Math.min(...cuts), Math.max(...cuts)];
  return Array.from({ length: count }, (_, i) => i >= start && i < end);
}

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
    encode: (configuration) => {
      const row: number[] = [];
      for (const { name, domain } of parameters) {
        const value = ownValue(configuration, name);
        if (value === undefined) for (const { absent } of domain.features) row.push(absent);
        else row.push(...domain.encode(value));
      }
      return row;
    },
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
