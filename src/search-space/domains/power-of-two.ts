import type { DomainDefinition } from '../definition.js';
import type { Domain } from './domain.js';
import { levels } from './levels.js';

/** 1, 2, 4, … between min and max, evenly spaced by their exponents. */
export function powerOfTwo({ min, max, weights }: DomainDefinition & { type: 'power-of-two' }): Domain {
  const count = Math.log2(max / min) + 1;
  return levels({
    type: 'power-of-two',
    description: `a power of two from ${min} to ${max}`,
    count,
    valueAt: (level) => min * 2 ** level,
    levelOf: (value) => {
      const level = typeof value === 'number' && value > 0 ? Math.log2(value / min) : -1;
      return Number.isInteger(level) && level >= 0 && level < count ? level : undefined;
    },
    weights,
  });
}
