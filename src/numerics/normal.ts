import type { Rng } from '../base/rng.js';

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** Below this the series for the distribution loses digits and the continued fraction has them all. */
const TAIL = -5;
const SERIES_TERMS = 120;
const FRACTION_TERMS = 24;

/** The density of the standard normal, and its logarithm. */
export const normalDensity = (z: number): number => Math.exp(logNormalDensity(z));
export const logNormalDensity = (z: number): number => -0.5 * z * z - LOG_SQRT_2PI;

/** Above this the distribution is 1 and the expected part below is z, to the last bit. */
const CERTAIN = 9;

/** The distribution function of the standard normal; its relative error stays small far into the lower tail. */
export function normalDistribution(z: number): number {
  if (z > CERTAIN) return 1;
  if (z > -TAIL) return 1 - normalDistribution(-z);
  const density = normalDensity(z);
  if (z < TAIL) return density / (-z + millsRest(-z));
  let term = z;
  let sum = z;
  for (let k = 3; k < SERIES_TERMS && Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}

/** Where the distribution itself underflows. */
const UNDERFLOW = -35;

/** The logarithm of `normalDistribution`, finite for every finite z. */
export const logNormalDistribution = (z: number): number =>
  z > UNDERFLOW ? Math.log(normalDistribution(z)) : logNormalDensity(z) - Math.log(-z + millsRest(-z));

/** h(z) = φ(z) + z Φ(z): the expected part of a standard normal below z, E[max(0, z - Z)]. */
export function expectedBelow(z: number): number {
  if (z > CERTAIN) return z;
  if (z >= TAIL) return normalDensity(z) + z * normalDistribution(z);
  const density = normalDensity(z);
  // Where it underflows, as of most of a front that lies far away.
  if (density === 0) return 0;
  const rest = millsRest(-z);
  return (density * rest) / (-z + rest);
}

/** The logarithm of `expectedBelow`, finite for every finite z (Ament et al., 2023, section 4.1). */
export function logExpectedBelow(z: number): number {
  if (z >= TAIL) return Math.log(expectedBelow(z));
  const rest = millsRest(-z);
  return -0.5 * z * z - LOG_SQRT_2PI + Math.log(rest / (-z + rest));
}

/** The c in Φ(-x) / φ(x) = 1 / (x + c), Laplace's continued fraction 1 / (x + 2 / (x + 3 / ...)), for x > 0. */
function millsRest(x: number): number {
  let rest = 0;
  for (let k = FRACTION_TERMS; k >= 1; k--) rest = k / (x + rest);
  return rest;
}

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
