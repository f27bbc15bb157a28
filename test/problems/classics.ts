import { axes, coordinatesOf } from './axes.js';
import { formulaOf } from './functions.js';
import type { Problem } from './problem.js';

/** A continuous function to minimise, with every point of its box where it is least. */
export interface Classic extends Problem {
  readonly minima: readonly (readonly number[])[];
}

interface Shape {
  readonly box: readonly (readonly [min: number, max: number])[];
  readonly minima: readonly (readonly number[])[];
  readonly least: number;
  /** No less than any value in the box. */
  readonly most: number;
  value(x: readonly number[]): number;
}

const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

/**
 * Branin and Hoo (1972) with the constants of Dixon and Szegő (1978): a valley with three minima of the same depth,
 * where the squared term is 0 and the cosine -1.
 */
const branin: Shape = {
  box: [
    [-5, 10],
    [0, 15],
  ],
  minima: [
    [-Math.PI, 12.275],
    [Math.PI, 2.275],
    [3 * Math.PI, 2.475],
  ],
  least: 10 / (8 * Math.PI),
  most: 309,
  value: ([x1, x2]) =>
    (x2! - (5.1 / (4 * Math.PI ** 2)) * x1! ** 2 + (5 / Math.PI) * x1! - 6) ** 2 +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x1!) +
    10,
};

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2];
const HARTMANN_SCALES = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_CENTRES = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/**
 * Hartman (1973) in six variables with the constants of Dixon and Szegő (1978): four hollows of different depths. The
 * minimum has no closed form: this is the published one (-3.32237) after Newton's method.
 */
const hartmann6: Shape = {
  box: times(6, [0, 1]),
  minima: [
    [
      0.20168951100670543, 0.15001069182345797, 0.476873974221897, 0.2753324304940561, 0.31165161660011326,
      0.6573005340656204,
    ],
  ],
  least: -3.322368011415515,
  most: 0,
  value: (x) =>
    -HARTMANN_WEIGHTS.reduce((total, weight, i) => {
      const distance = x.reduce((sum, own, j) => {
        return sum + HARTMANN_SCALES[i]![j]! * (own - HARTMANN_CENTRES[i]![j]!) ** 2;
      }, 0);
      return total + weight * Math.exp(-distance);
    }, 0),
};

/** Ackley (1987): a funnel full of dents. Its minimum is the middle of the box, which a search must not start from. */
const ackley5: Shape = {
  box: times(5, [-32.768, 32.768]),
  minima: [times(5, 0)],
  least: 0,
  most: 20 + Math.E,
  value: formulaOf('ackley'),
};

/** Rosenbrock (1960), in the box of Picheny et al. (2012): a bent valley, steep across and nearly flat along. */
const rosenbrock4: Shape = {
  box: times(4, [-5, 10]),
  minima: [times(4, 1)],
  least: 0,
  // Each of the three terms at its largest: 100 (-5 - 10²)² + (1 - 10)².
  most: 3 * (100 * 105 ** 2 + 81),
  value: formulaOf('rosenbrock'),
};

/** Levy's function as Laguna and Martí (2005) give it: many dents in a slope, their depths alike. */
const levy8: Shape = {
  box: times(8, [-10, 10]),
  minima: [times(8, 1)],
  least: 0,
  // The sine squared, seven terms with x at -10 and the last term there.
  most: 1 + 7 * 2.75 ** 2 * 11 + 2.75 ** 2 * 2,
  value: formulaOf('levy'),
};

/**
 * The functions that Bayesian optimisers are usually compared by, continuous, in the boxes of the library of Surjanovic
 * and Bingham (Virtual Library of Simulation Experiments, 2013). `testFunction` has some of them in boxes of its own.
 */
export const classics: readonly Classic[] = Object.entries({
  branin,
  'hartmann-6': hartmann6,
  'ackley-5': ackley5,
  'rosenbrock-4': rosenbrock4,
  'levy-8': levy8,
}).map(([name, { box, minima, least, most, value }]) => ({
  name,
  definition: { name, parameters: axes(box) },
  objectives: [{ metric: 'value', direction: 'min' }],
  evaluate: (configuration) => ({ value: value(coordinatesOf(configuration, box.length)) }),
  front: () => [[least]],
  reference: [most],
  minima,
}));
