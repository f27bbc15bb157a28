import type { Value } from '../../core/space.js';
import type { DomainDefinition } from '../definition.js';
import type { Domain } from './domain.js';

/** A fixed number of elements of one scalar type; every operator works element by element. */
export function array({ length }: DomainDefinition & { type: 'array' }, element: Domain): Domain {
  const list = (value: Value) => value as readonly Value[];
  const all = function* (count = length): Generator<Value[]> {
    if (count === 0) return void (yield []);
    for (const head of all(count - 1)) for (const last of element.all()) yield [...head, last];
  };
  return {
    ...tuple(Array.from({ length }, () => element)),
    type: 'array',
    ordered: element.ordered,
    cardinality: element.cardinality === null ? null : element.cardinality ** BigInt(length),
    values: null,
    description: `a list of ${length}, each ${element.description}`,
    normalize: (value) => {
      if (!Array.isArray(value) || value.length !== length) return undefined;
      const elements = (value as readonly Value[]).map(element.normalize);
      return elements.some((item) => item === undefined) ? undefined : (elements as Value[]);
    },
    all: () => all(),
    distance: (a, b) => list(a).reduce<number>((sum, item, i) => sum + element.distance(item, list(b)[i]!), 0) / length,
  };
}

/** The operators of a fixed number of parts, each with its own domain, part by part; values are lists of the parts'. */
export function tuple(
  parts: readonly Domain[],
): Omit<Domain, 'type' | 'ordered' | 'cardinality' | 'values' | 'description' | 'normalize' | 'all' | 'distance'> {
  const changeable = parts.flatMap((part, i) => (part.cardinality === 1n ? [] : [i]));
  const starts = [0];
  for (const part of parts) starts.push(starts.at(-1)! + part.axes);
  const list = (value: Value) => value as readonly Value[];
  return {
    middle: parts.map((part) => part.middle),
    features: parts.flatMap((part) => part.features),
    axes: starts.at(-1)!,
    sample: (rng) => parts.map((part) => part.sample(rng)),
    probability: (value) => parts.reduce((product, part, i) => product * part.probability(list(value)[i]!), 1),
    // One part on average, and one at least.
    mutate: (value, step, rng) => {
      if (changeable.length === 0) return value;
      const forced = rng.pick(changeable);
      return parts.map((part, i) => {
        const chosen = rng.float() * changeable.length < 1 && part.cardinality !== 1n;
        return i === forced || chosen ? part.mutate(list(value)[i]!, step, rng) : list(value)[i]!;
      });
    },
    // One-point and two-point crossovers take a run of parts from b; the others decide part by part.
    cross: (a, b, kind, rng, share) => {
      if (kind !== 'one-point' && kind !== 'two-point') {
        return parts.map((part, i) => part.cross(list(a)[i]!, list(b)[i]!, kind, rng, share));
      }
      const cuts = [rng.int(0, parts.length), kind === 'one-point' ? parts.length : rng.int(0, parts.length)];
      const [start, end] = [Math.min(...cuts), Math.max(...cuts)];
      return parts.map((_, i) => (i >= start && i < end ? list(b)[i]! : list(a)[i]!));
    },
    difference: (base, a, b, factor, rng) =>
      parts.map((part, i) => part.difference(list(base)[i]!, list(a)[i]!, list(b)[i]!, factor, rng)),
    move: (value, attractors, rng) =>
      parts.map((part, i) => {
        const own = attractors.map(({ to, weight }) => ({ to: list(to)[i]!, weight }));
        return part.move(list(value)[i]!, own, rng);
      }),
    neighbours: (value) =>
      parts.flatMap((part, i) => part.neighbours(list(value)[i]!).map((next) => list(value).with(i, next))),
    encode: (value) => parts.flatMap((part, i) => part.encode(list(value)[i]!)),
    toUnit: (value) => parts.flatMap((part, i) => part.toUnit(list(value)[i]!)),
    fromUnit: (point) => parts.map((part, i) => part.fromUnit(point.slice(starts[i], starts[i + 1]))),
  };
}
