import type { Rng } from '../../base/rng.js';

/** Distribution index: the larger, the closer children stay to their parents. NSGA-II's (Deb et al., 2002). */
const INDEX = 20;

/**
 * One gene of a child by simulated binary crossover within [0, 1] (Deb and Agrawal, 1995, in the form for bounded axes
 * of Deb et al., 2002). With even chance it is that of `a`, else one spread about either parent.
 */
export function simulatedBinary(a: number, b: number, rng: Rng): number {
  if (a === b || rng.float() < 0.5) return a;
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  const down = rng.float() < 0.5;
  const room = (down ? low : 1 - high) / (high - low);
  const half = (spread(room, rng.float()) * (high - low)) / 2;
  return (low + high) / 2 + (down ? -half : half);
}

/** The spread factor at the quantile `u`: no child lies further out than `room` parents' distances. */
function spread(room: number, u: number): number {
  const alpha = 2 - (1 + 2 * room) ** -(INDEX + 1);
  return (u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha)) ** (1 / (INDEX + 1));
}
