import { type AxesOptions, axes, coordinatesOf, minimise, named } from './axes.js';
import type { Problem } from './problem.js';

export type FunctionName =
  | 'sphere'
  | 'ellipsoid'
  | 'rosenbrock'
  | 'rastrigin'
  | 'ackley'
  | 'levy'
  | 'griewank'
  | 'styblinski-tang'
  | 'schwefel';

interface Shape {
  readonly range: readonly [number, number];
  /** Where it is 0, on every axis. */
  readonly best: number;
  value(x: readonly number[]): number;
}

const sum = (x: readonly number[], term: (x: number, i: number) => number) =>
  x.reduce((total, own, i) => total + term(own, i), 0);

const shapes: { readonly [name in FunctionName]: Shape } = {
  sphere: { range: [-5, 5], best: 0, value: (x) => sum(x, (own) => own ** 2) },
  ellipsoid: {
    range: [-5, 5],
    best: 0,
    value: (x) => sum(x, (own, i) => 1e6 ** (i / Math.max(1, x.length - 1)) * own ** 2),
  },
  rosenbrock: {
    range: [-5, 5],
    best: 1,
    value: (x) => sum(x.slice(1), (own, i) => 100 * (own - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2),
  },
  rastrigin: {
    range: [-5.12, 5.12],
    best: 0,
    value: (x) => sum(x, (own) => 10 + own ** 2 - 10 * Math.cos(2 * Math.PI * own)),
  },
  ackley: {
    range: [-32, 32],
    best: 0,
    value: (x) =>
      20 +
      Math.E -
      20 * Math.exp(-0.2 * Math.sqrt(sum(x, (own) => own ** 2) / x.length)) -
      Math.exp(sum(x, (own) => Math.cos(2 * Math.PI * own)) / x.length),
  },
  levy: {
    range: [-10, 10],
    best: 1,
    value: (x) => {
      const w = x.map((own) => 1 + (own - 1) / 4);
      const last = w.at(-1)!;
      return (
        Math.sin(Math.PI * w[0]!) ** 2 +
        sum(w.slice(0, -1), (own) => (own - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * own + 1) ** 2)) +
        (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2)
      );
    },
  },
  griewank: {
    range: [-600, 600],
    best: 0,
    value: (x) =>
      1 + sum(x, (own) => own ** 2) / 4000 - x.reduce((all, own, i) => all * Math.cos(own / Math.sqrt(i + 1)), 1),
  },
  'styblinski-tang': {
    range: [-5, 5],
    best: -2.903534027771177,
    value: (x) => sum(x, (own) => own ** 4 - 16 * own ** 2 + 5 * own) / 2 + 39.16616570377141 * x.length,
  },
  // Beyond its range it would go on falling: there it rises as a square.
  schwefel: {
    range: [-500, 500],
    best: 420.968746359982,
    value: (x) =>
      sum(x, (own) => {
        const inside = Math.max(-500, Math.min(500, own));
        return 418.9828872724339 - inside * Math.sin(Math.sqrt(Math.abs(inside))) + ((own - inside) / 10) ** 2;
      }),
  },
};

/** Every function's name. */
export const functionNames = Object.keys(shapes) as FunctionName[];

/** The usual functions of continuous optimisation, whose least value is brought to 0 (ellipsoid: condition number 1e6). */
export function testFunction(name: FunctionName, options: AxesOptions = {}): Problem {
  const { dimension = 10, levels } = options;
  const { range, value } = shapes[name];
  const worst = Array.from({ length: dimension }, () => range[0]);
  return {
    name: `${name}-${dimension}${levels === undefined ? '' : `-${levels}`}`,
    definition: {
      name,
      parameters: axes(
        Array.from({ length: dimension }, () => range),
        levels,
      ),
    },
    objectives: minimise(1),
    evaluate: (configuration) => named([value(coordinatesOf(configuration, dimension))]),
    front: () => [[0]],
    reference: [value(worst)],
  };
}

/** Where `testFunction` is least. */
export const leastAt = (name: FunctionName) => shapes[name].best;

/** The ends of every axis of `testFunction`. */
export const rangeOf = (name: FunctionName) => shapes[name].range;

/** What `testFunction` measures, for axes of any ranges. */
export const formulaOf = (name: FunctionName) => shapes[name].value;
