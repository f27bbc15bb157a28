import { front } from '../../src/pareto/dominance.js';
import { type AxesOptions, axes, coordinatesOf, minimise, named, valuesOf } from './axes.js';
import type { Problem } from './problem.js';

export type MwName = 'mw1' | 'mw2';

const DENSE = 5001;
const CONTINUOUS = 15;
const GRID = 4;
const ROUNDING = 1e-12;

interface Shape {
  /** What axis `i` (0-based, from 1 on) of `dimension` adds to the distance, 0 at the best. */
  term(x: number, i: number, dimension: number): number;
  second(f1: number, g: number): number;
  /** Waves of the constraint's edge. */
  readonly frequency: number;
}

const shapes: { readonly [name in MwName]: Shape } = {
  mw1: {
    term: (x, i, dimension) => 1 - Math.exp(-10 * (x ** (dimension - 2) - 0.5 - i / (2 * dimension)) ** 2),
    second: (f1, g) => g - 0.85 * f1,
    frequency: 2,
  },
  mw2: {
    term: (x, i, dimension) => {
      const z = 1 - Math.exp(-10 * (x - i / dimension) ** 2);
      return 1.5 + (0.1 / dimension) * z ** 2 - 1.5 * Math.cos(2 * Math.PI * z);
    },
    second: (f1, g) => g - f1,
    frequency: 3,
  },
};

/** With `isTold` how far a configuration is beyond the constraint's edge is a metric, `excess`. */
export interface MwOptions extends AxesOptions {
  readonly isTold?: boolean;
}

/**
 * The constrained two-objective problems of Ma and Wang (2019). Breaking the constraint is seen by measuring alone. In a
 * continuum the front is the feasible part of the line that the distance 1 draws; a grid misses that distance, and its
 * front comes from all sums that the axes' terms can have, so keep `levels ** (dimension - 1)` small (default: 4 axes).
 */
export function mw(name: MwName, options: MwOptions = {}): Problem {
  const { levels, isTold = false } = options;
  const { dimension = levels === undefined ? CONTINUOUS : GRID } = options;
  const { term, second, frequency } = shapes[name];
  const excessOf = ([f1, f2]: readonly number[]) => {
    const place = Math.SQRT2 * (f2! - f1!);
    return f1! + f2! - 1 - 0.5 * Math.sin(frequency * Math.PI * place) ** 8;
  };
  const isFeasible = (point: readonly number[]) => excessOf(point) <= ROUNDING;
  return {
    name: `${name}-${dimension}${levels === undefined ? '' : `-${levels}`}${isTold ? '-told' : ''}`,
    definition: {
      name,
      parameters: axes(
        Array.from({ length: dimension }, () => [0, 1]),
        levels,
      ),
    },
    objectives: minimise(2),
    ...(isTold ? { limits: [{ metric: 'excess', side: 'most', bound: ROUNDING }] } : {}),
    evaluate(configuration) {
      const [x1, ...rest] = coordinatesOf(configuration, dimension) as [number, ...number[]];
      const g = rest.reduce((sum, x, i) => sum + term(x, i + 1, dimension), 1);
      const point = [x1, second(x1, g)];
      if (isTold) return { ...named(point), excess: excessOf(point) };
      return isFeasible(point) ? named(point) : null;
    },
    front() {
      const values = valuesOf(0, 1, levels, DENSE);
      const distances = levels === undefined ? [1] : sums(values, dimension, term);
      const points = values.flatMap((f1) => {
        const g = distances.find((distance) => isFeasible([f1, second(f1, distance)]));
        return g === undefined ? [] : [[f1, second(f1, g)]];
      });
      return front(points).map((i) => points[i]!);
    },
    reference: [1.1, levels === undefined ? 1.1 : 1.3],
  };
}

/** All distances that a grid has, ascending. */
function sums(values: readonly number[], dimension: number, term: Shape['term']): number[] {
  let found = [1];
  for (let i = 1; i < dimension; i++) {
    const terms = [...new Set(values.map((x) => term(x, i, dimension)))];
    found = [...new Set(found.flatMap((sum) => terms.map((own) => sum + own)))];
  }
  return found.sort((a, b) => a - b);
}
