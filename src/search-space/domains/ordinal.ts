import type { Value } from '../../core/space.js';
import type { DomainDefinition } from '../definition.js';
import { type Domain, oneOf } from './domain.js';
import { levels } from './levels.js';

/** Listed values in the order given; their places, not their sizes, are the axis. */
export function ordinal({ choices, weights }: DomainDefinition & { type: 'ordinal' }): Domain {
  const places = new Map<Value, number>(choices.map((choice, i) => [choice, i]));
  return levels({
    type: 'ordinal',
    description: oneOf(choices),
    count: choices.length,
    valueAt: (level) => choices[level] as Value,
    levelOf: (value) => places.get(value),
    weights,
  });
}
