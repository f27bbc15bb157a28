import type { Rng } from '../base/rng.js';

/** The lengths of the edges on the unit axes: enough to change a value of two or of a few. */
const EDGE = 0.25;

export type SimplexStart = 'random' | 'right' | 'regular';

/**
 * n + 1 points of the unit cube of n axes, `base` first. `right`: one edge along each axis, all at right angles; `regular`: all
 * edges of the same length (Spendley, Hext and Himsworth, 1962); both turned towards the middle of the cube.
 * `random`: the others are drawn.
 */
export function initialSimplex(start: SimplexStart, base: readonly number[], rng: Rng): number[][] {
  const n = base.length;
  const turn = base.map((x) => (x > 0.5 ? -1 : 1));
  const unit = EDGE / (n * Math.SQRT2);
  const along = unit * (Math.sqrt(n + 1) + n - 1);
  const across = unit * (Math.sqrt(n + 1) - 1);
  const vertex = (axis: number) => {
    if (start === 'random') return base.map(() => rng.float());
    return base.map((x, i) => {
      const step = start === 'right' ? (i === axis ? EDGE : 0) : i === axis ? along : across;
      return Math.min(1, Math.max(0, x + (turn[i] as number) * step));
    });
  };
  return [[...base], ...base.map((_, axis) => vertex(axis))];
}
