const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** Below this the series for the distribution loses digits and the continued fraction has them all. */
const TAIL = -5;
const SERIES_TERMS = 120;
const FRACTION_TERMS = 24;

/** The density of the standard normal, and its logarithm. */
export const normalDensity = (z: number): number => Math.exp(logNormalDensity(z));
export const logNormalDensity = (z: number): number => -0.5 * z * z - LOG_SQRT_2PI;

/** The distribution function of the standard normal; its relative error stays small far into the lower tail. */
export function normalDistribution(z: number): number {
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

/** h(z) = φ(z) + z Φ(z): the expected part of a standard normal below z, E[max(0, z - Z)]. */
export function expectedBelow(z: number): number {
  if (z >= TAIL) return normalDensity(z) + z * normalDistribution(z);
  const rest = millsRest(-z);
  return (normalDensity(z) * rest) / (-z + rest);
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
