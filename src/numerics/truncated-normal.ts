import type { Rng } from '../base/rng.js';
import { logNormalDensity, normalDistribution } from './normal.js';

const ATTEMPTS = 32;
/** Smaller probabilities are taken from the tail's expansion, before they are no numbers any more. */
const LEAST_MASS = 1e-280;

/** The logarithm of the probability that a standard normal lies between `from` and `to`: finite however far out. */
export function logNormalMass(from: number, to: number): number {
  // In the upper tail probabilities are differences of numbers next to 1: there the mirror image is exact.
  const [low, high] = from > 0 ? [-to, -from] : [from, to];
  const mass = normalDistribution(high) - normalDistribution(low);
  if (mass > LEAST_MASS) return Math.log(mass);
  return logNormalDensity(high) - Math.log(-high) + Math.log(-Math.expm1(high * (high - low)));
}

/** A normal whose mean lies in [0, 1], cut off outside. */
export function sampleTruncatedNormal(mean: number, deviation: number, rng: Rng): number {
  // At least about a third of the draws is kept; where deviations are huge it is uniform.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const drawn = mean + deviation * rng.normal();
    if (drawn >= 0 && drawn <= 1) return drawn;
  }
  return rng.float();
}
