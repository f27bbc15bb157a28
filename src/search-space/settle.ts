import type { Configuration, Value } from '../core/space.js';
import { type CompiledParameter, type Draft, lookupIn } from './compile-parameters.js';

/**
 * Walks the parameters in the order of declaration, drops those whose condition does not hold, and takes every other
 * value from `value`, so that the result is canonical.
 */
export function settle(
  parameters: readonly CompiledParameter[],
  value: (parameter: CompiledParameter) => Value,
): Configuration {
  const draft: Draft = {};
  for (const parameter of parameters) {
    if (parameter.when !== undefined && !parameter.when.holds(lookupIn(draft))) continue;
    draft[parameter.name] = value(parameter);
  }
  return draft;
}
