import type { ParameterType, Value } from '../../core/space.js';
import type { DomainDefinition } from '../definition.js';
import { clamp, type Domain, inherit, oneOf, pickWeighted } from './domain.js';

/** Values without an order: only the same or different. */
export function categories(
  type: ParameterType,
  values: readonly Value[],
  weights: readonly number[] | undefined,
  description: string,
): Domain {
  const places = new Map(values.map((value, i) => [value, i]));
  const at = (value: Value) => places.get(value) as number;
  const total = weights?.reduce((sum, weight) => sum + weight, 0);
  const other = (value: Value, draw: number) => values[draw < at(value) ? draw : draw + 1] as Value;
  const anyOther = (value: Value, rng: { int(low: number, high: number): number }) =>
    values.length === 1 ? value : other(value, rng.int(0, values.length - 2));
  return {
    type,
    ordered: false,
    cardinality: BigInt(values.length),
    values,
    description,
    normalize: (value) => (places.has(value) ? value : undefined),
    all: () => values,
    middle: values[0] as Value,
    sample: (rng) => (weights === undefined ? rng.pick(values) : (values[pickWeighted(weights, rng)] as Value)),
    probability: (value) =>
      weights === undefined || total === undefined ? 1 / values.length : weights[at(value)]! / total,
    mutate: (value, _step, rng) => anyOther(value, rng),
    cross: inherit,
    // Where a and b agree nothing moves; where they differ the value changes with the chance `factor`.
    difference: (base, a, b, factor, rng) => (a !== b && rng.float() < factor ? anyOther(base, rng) : base),
    move: (value, attractors, rng) =>
      attractors.reduce((current, { to, weight }) => (to !== current && rng.float() < weight ? to : current), value),
    neighbours: (value) => values.filter((candidate) => candidate !== value),
    distance: (a, b) => (a === b ? 0 : 1),
    features: [{ kind: 'category', cardinality: values.length, absent: -1 }],
    encode: (value) => [at(value)],
    axes: 1,
    toUnit: (value) => [(at(value) + 0.5) / values.length],
    fromUnit: ([unit]) =>
      values[Math.min(values.length - 1, Math.floor(clamp(unit as number) * values.length))] as Value,
  };
}

export function boolean({ weights }: DomainDefinition & { type: 'boolean' }): Domain {
  return categories('boolean', [false, true], weights, 'true or false');
}

export function categorical({ choices, weights }: DomainDefinition & { type: 'categorical' }): Domain {
  return categories('categorical', choices, weights, oneOf(choices));
}
