import type { DomainDefinition } from '../definition.js';
import type { Domain } from './domain.js';
import { levels } from './levels.js';

/** Whole numbers from min on in steps, at most max. */
export function integer(definition: DomainDefinition & { type: 'integer' }): Domain {
  const { min, step = 1, scale = 'linear' } = definition;
  const count = Math.floor((definition.max - min) / step) + 1;
  const max = min + step * (count - 1);
  return levels({
    type: 'integer',
    description: `an integer from ${min} to ${max}${step === 1 ? '' : ` in steps of ${step}`}`,
    count,
    valueAt: (level) => min + step * level,
    levelOf: (value) => {
      if (typeof value !== 'number' || value < min || value > max) return undefined;
      return Number.isInteger((value - min) / step) ? (value - min) / step : undefined;
    },
    axis: { first: min, step, scale },
    weights: definition.weights,
  });
}
