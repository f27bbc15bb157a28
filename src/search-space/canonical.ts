import { didYouMean } from '../base/did-you-mean.js';
import { ownValue } from '../base/json.js';
import type { Configuration, Value } from '../core/space.js';
import { SpaceError } from '../errors.js';
import { type CompiledParameter, settle } from './compile-parameters.js';

/**
 * The one spelling of a configuration: inactive parameters dropped, keys in the order of declaration, values normalized.
 *
 * @throws SpaceError SPACE_UNKNOWN_PARAMETER, SPACE_VALUE_MISSING or SPACE_VALUE_OUTSIDE.
 */
export function canonical(parameters: readonly CompiledParameter[], configuration: Configuration): Configuration {
  const names = new Set(parameters.map(({ name }) => name));
  const unknown = Object.keys(configuration).find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new SpaceError(
      'SPACE_UNKNOWN_PARAMETER',
      `no parameter is named "${unknown}".${didYouMean(unknown, names)}`,
      {
        remedy: `the space has ${[...names].join(', ')}`,
      },
    );
  }
  return settle(parameters, (parameter) => normalize(parameter, ownValue(configuration, parameter.name)));
}

function normalize({ name, domain }: CompiledParameter, given: Value | undefined): Value {
  if (given === undefined) {
    throw new SpaceError('SPACE_VALUE_MISSING', `"${name}" has no value`, { remedy: `give it ${domain.description}` });
  }
  const value = domain.normalize(given);
  if (value === undefined) {
    throw new SpaceError('SPACE_VALUE_OUTSIDE', `"${name}" cannot be ${JSON.stringify(given)}`, {
      remedy: `give it ${domain.description}`,
    });
  }
  return value;
}
