import type { DomainDefinition } from '../definition.js';
import { categories } from './categories.js';
import { type Domain, oneOf } from './domain.js';

export function categorical({ choices, weights }: DomainDefinition & { type: 'categorical' }): Domain {
  return categories('categorical', choices, weights, oneOf(choices));
}
