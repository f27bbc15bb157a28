import type { DomainDefinition, ElementDefinition } from './definition.js';
import { array } from './types/array.js';
import { boolean } from './types/boolean.js';
import { categorical } from './types/categorical.js';
import type { Domain } from './types/domain.js';
import { float } from './types/float.js';
import { integer } from './types/integer.js';
import { ordinal } from './types/ordinal.js';
import { permutation } from './types/permutation.js';
import { powerOfTwo } from './types/power-of-two.js';
import { schedule } from './types/schedule.js';
import { selector } from './types/selector.js';

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
