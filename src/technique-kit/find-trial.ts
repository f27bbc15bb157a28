import type { Configuration, Value } from '../core/space.js';
import type { FinishedTrial } from '../core/trial.js';

/**
 * The trial of a configuration, if it was told. Both must be canonical, as all that a space's operators return is.
 * Looks through the trials with the latest first; unequal ones mostly differ in the first parameters, so that ten
 * thousand take a millisecond or less.
 */
export function findTrial(trials: readonly FinishedTrial[], configuration: Configuration): FinishedTrial | undefined {
  return trials.findLast((trial) => equal(trial.configuration, configuration));
}

function equal(a: Value | Configuration, b: Value | Configuration): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  const [own, other] = [a as { readonly [key: string]: Value }, b as { readonly [key: string]: Value }];
  let keys = 0;
  for (const key in own) {
    const value = other[key];
    if (value === undefined || !equal(own[key] as Value, value)) return false;
    keys++;
  }
  return keys === Object.keys(other).length;
}
