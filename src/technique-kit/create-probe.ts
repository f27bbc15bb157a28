import { createRng } from '../base/rng.js';
import type { Configuration } from '../core/space.js';
import type { Context } from '../core/technique.js';
import { findTrial } from './find-trial.js';

/** The configuration at a point of the unit cube, and the values that it was measured to have. */
export interface Probe {
  readonly configuration: Configuration;
  /** Null when it could not be measured; undefined while it was not. */
  readonly values: readonly number[] | null | undefined;
}

/**
 * Reads the objective at points of the unit cube from the trials told so far, for methods that move through a continuum.
 *
 * @param repair drawn once and kept in the technique's state, so that a point means the same configuration at every ask
 *   even where constraints make `fromUnit` look for a legal one.
 */
export function createProbe(
  { space, trials }: Pick<Context, 'space' | 'trials'>,
  repair: number,
): (point: readonly number[]) => Probe {
  return (point) => {
    const configuration = space.fromUnit(point, createRng('probe', repair));
    return { configuration, values: findTrial(trials, configuration)?.values };
  };
}
