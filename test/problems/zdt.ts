import { front } from '../../src/pareto/dominance.js';
import { type AxesOptions, axes, coordinatesOf, minimise, named, valuesOf } from './axes.js';
import type { Problem } from './problem.js';

export type ZdtName = 'zdt1' | 'zdt2' | 'zdt3' | 'zdt4' | 'zdt6';

const DENSE = 5001;

interface Shape {
  readonly dimension: number;
  /** The range of all axes but the first, whose best value is 0. */
  readonly rest: readonly [number, number];
  first(x1: number): number;
  /** 1 at the best. */
  distance(rest: readonly number[]): number;
  second(f1: number, g: number): number;
}

const mean = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const linear = (rest: readonly number[]) => 1 + 9 * mean(rest);
const unit: Pick<Shape, 'rest' | 'first'> = { rest: [0, 1], first: (x) => x };

const shapes: { readonly [name in ZdtName]: Shape } = {
  zdt1: { ...unit, dimension: 30, distance: linear, second: (f1, g) => g - Math.sqrt(f1 * g) },
  zdt2: { ...unit, dimension: 30, distance: linear, second: (f1, g) => g - f1 ** 2 / g },
  zdt3: {
    ...unit,
    dimension: 30,
    distance: linear,
    second: (f1, g) => g - Math.sqrt(f1 * g) - f1 * Math.sin(10 * Math.PI * f1),
  },
  zdt4: {
    ...unit,
    dimension: 10,
    rest: [-5, 5],
    distance: (rest) =>
      1 + 10 * rest.length + rest.reduce((sum, x) => sum + x ** 2 - 10 * Math.cos(4 * Math.PI * x), 0),
    second: (f1, g) => g - Math.sqrt(f1 * g),
  },
  zdt6: {
    dimension: 10,
    rest: [0, 1],
    first: (x) => 1 - Math.exp(-4 * x) * Math.sin(6 * Math.PI * x) ** 6,
    distance: (rest) => 1 + 9 * mean(rest) ** 0.25,
    second: (f1, g) => g - f1 ** 2 / g,
  },
};

/**
 * The two-objective problems of Zitzler, Deb and Thiele (2000), with the dimensions of Deb et al. (2002). The distance g
 * is 1 on the front and f2 grows with it, so the front is where all axes but the first are 0: on a grid (an odd number
 * of `levels` for zdt4, whose 0 is in the middle) the non-dominated of its `levels` points there.
 */
export function zdt(name: ZdtName, options: AxesOptions = {}): Problem {
  const shape = shapes[name];
  const { dimension = shape.dimension, levels } = options;
  const ranges = [[0, 1] as const, ...Array.from({ length: dimension - 1 }, () => shape.rest)];
  return {
    name: `${name}-${dimension}${levels === undefined ? '' : `-${levels}`}`,
    definition: { name, parameters: axes(ranges, levels) },
    objectives: minimise(2),
    evaluate(configuration) {
      const [x1, ...rest] = coordinatesOf(configuration, dimension) as [number, ...number[]];
      const f1 = shape.first(x1);
      return named([f1, shape.second(f1, shape.distance(rest))]);
    },
    front() {
      const points = valuesOf(0, 1, levels, DENSE).map((x1) => [shape.first(x1), shape.second(shape.first(x1), 1)]);
      return distinct(front(points).map((i) => points[i]!));
    },
    reference: [1.1, 1.1],
  };
}

const distinct = (points: readonly number[][]) => [...new Map(points.map((point) => [point.join(), point])).values()];
