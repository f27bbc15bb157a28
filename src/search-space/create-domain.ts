import type { DomainDefinition, ElementDefinition } from './definition.js';
import { array } from './domains/array.js';
import { boolean, categorical } from './domains/categories.js';
import type { Domain } from './domains/domain.js';
import { float, integer, ordinal, powerOfTwo } from './domains/numbers.js';
import { permutation, schedule } from './domains/orders.js';
import { selector } from './domains/selector.js';

/** The values and operators that a definition describes; the definition has been checked. */
export function createDomain(definition: DomainDefinition): Domain {
  switch (definition.type) {
    case 'integer':
      return integer(definition);
    case 'float':
      return float(definition);
    case 'power-of-two':
      return powerOfTwo(definition);
    case 'boolean':
      return boolean(definition);
    case 'categorical':
      return categorical(definition);
    case 'ordinal':
      return ordinal(definition);
    case 'permutation':
      return permutation(definition.items);
    case 'schedule':
      return schedule(definition);
    case 'selector':
      return selector(definition);
    case 'array':
      return array(definition, createDomain(definition.element satisfies ElementDefinition));
  }
}
