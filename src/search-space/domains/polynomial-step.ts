import type { Rng } from '../../base/rng.js';

/** Distribution index: the larger, the shorter the steps. NSGA-II's (Deb et al., 2002). */
const INDEX = 20;

/**
 * A point of [0, 1] stepped by polynomial mutation (Deb and Agrawal, 1999, in the form for bounded axes of Deb et al.,
 * 2002): down or up with even chance, short steps likelier, and near a bound shortened rather than cut off.
 */
export function polynomialStep(x: number, rng: Rng): number {
  const u = rng.float();
  const power = 1 / (INDEX + 1);
  if (u < 0.5) return x + (2 * u + (1 - 2 * u) * (1 - x) ** (INDEX + 1)) ** power - 1;
  return x + 1 - (2 * (1 - u) + (2 * u - 1) * x ** (INDEX + 1)) ** power;
}
