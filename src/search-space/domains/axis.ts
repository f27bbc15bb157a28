import type { Rng } from '../../base/rng.js';

/** A strictly increasing map of a range of numbers onto [0, 1], and back. */
export interface AxisScale {
  toUnit(value: number): number;
  fromUnit(unit: number): number;
}

/** Logarithms of any base give the same axis: `log` and `log2` differ in how they read alone. */
export function axisScale(min: number, max: number, scale: 'linear' | 'log' | 'log2'): AxisScale {
  if (max === min) return { toUnit: () => 0.5, fromUnit: () => min };
  if (scale === 'linear') {
    return { toUnit: (value) => (value - min) / (max - min), fromUnit: (unit) => min + unit * (max - min) };
  }
  const range = Math.log(max / min);
  return { toUnit: (value) => Math.log(value / min) / range, fromUnit: (unit) => min * Math.exp(unit * range) };
}

/** Distribution index: the larger, the shorter the steps and the closer children to their parents (Deb et al., 2002). */
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
