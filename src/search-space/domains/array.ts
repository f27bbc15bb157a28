import type { Value } from '../../core/space.js';
import type { DomainDefinition } from '../definition.js';
import type { Domain } from './domain.js';
import { tuple } from './tuple.js';

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
