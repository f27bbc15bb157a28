import type { DomainDefinition } from '../definition.js';
import { categories } from './categories.js';
import type { Domain } from './domain.js';

export function boolean({ weights }: DomainDefinition & { type: 'boolean' }): Domain {
  return categories('boolean', [false, true], weights, 'true or false');
}
