import { front } from '../../src/pareto/dominance.js';
import { type AxesOptions, axes, coordinatesOf, minimise, named, valuesOf } from './axes.js';
import type { Problem } from './problem.js';

export type DtlzName = 'dtlz1' | 'dtlz2' | 'dtlz7';

/** Points along each position axis of a continuous front. */
const DENSE: { readonly [objectives: number]: number } = { 2: 2001, 3: 33, 4: 11 };

interface Shape {
  /** Distance axes besides the objectives - 1 position axes. */
  readonly distanceAxes: number;
  /** Where every distance axis is best. */
  readonly best: number;
  /** 0 at the best for dtlz1 and dtlz2, 1 for dtlz7. */
  distance(rest: readonly number[]): number;
  losses(position: readonly number[], g: number): number[];
  readonly reference: number;
}

const shapes: { readonly [name in DtlzName]: Shape } = {
  dtlz1: {
    distanceAxes: 5,
    best: 0.5,
    distance: (rest) => 100 * rest.reduce((sum, x) => sum + 1 + (x - 0.5) ** 2 - Math.cos(20 * Math.PI * (x - 0.5)), 0),
    losses: (position, g) =>
      spread(
        position,
        0.5 * (1 + g),
        (x) => x,
        (x) => 1 - x,
      ),
    reference: 0.55,
  },
  dtlz2: {
    distanceAxes: 10,
    best: 0.5,
    distance: (rest) => rest.reduce((sum, x) => sum + (x - 0.5) ** 2, 0),
    losses: (position, g) =>
      spread(
        position,
        1 + g,
        (x) => Math.cos((x * Math.PI) / 2),
        (x) => Math.sin((x * Math.PI) / 2),
      ),
    reference: 1.1,
  },
  dtlz7: {
    distanceAxes: 20,
    best: 0,
    distance: (rest) => 1 + (9 * rest.reduce((sum, x) => sum + x, 0)) / rest.length,
    losses: (position, g) => [
      ...position,
      (1 + g) * (position.length + 1) - position.reduce((sum, x) => sum + x * (1 + Math.sin(3 * Math.PI * x)), 0),
    ],
    reference: 0,
  },
};

/** f1 takes `along` of every position, each later one a factor less and `across` of the last left out. */
function spread(
  position: readonly number[],
  scale: number,
  along: (x: number) => number,
  across: (x: number) => number,
): number[] {
  return [...position, 0].map((_, i) => {
    const used = position.length - i;
    const product = position.slice(0, used).reduce((value, x) => value * along(x), scale);
    return i === 0 ? product : product * across(position[used]!);
  });
}

/**
 * The scalable problems of Deb, Thiele, Laumanns and Zitzler (2005), with their numbers of axes unless `dimension` is
 * given. All losses grow with the distance, or are untouched by it, so the front is where it is least; on a grid of an
 * odd number of `levels` that point belongs to the grid.
 */
export function dtlz(name: DtlzName, objectives: number, options: AxesOptions = {}): Problem {
  const shape = shapes[name];
  const positions = objectives - 1;
  const { dimension = positions + shape.distanceAxes, levels } = options;
  const lossesAt = (xs: readonly number[]) => shape.losses(xs.slice(0, positions), shape.distance(xs.slice(positions)));
  const rest = Array.from({ length: dimension - positions }, () => shape.best);
  return {
    name: `${name}-${objectives}-${dimension}${levels === undefined ? '' : `-${levels}`}`,
    definition: {
      name,
      parameters: axes(
        Array.from({ length: dimension }, () => [0, 1]),
        levels,
      ),
    },
    objectives: minimise(objectives),
    evaluate: (configuration) => named(lossesAt(coordinatesOf(configuration, dimension))),
    front() {
      const values = valuesOf(0, 1, levels, DENSE[objectives] ?? 11);
      const points = new Map<string, number[]>();
      for (const position of product(values, positions)) {
        const point = lossesAt([...position, ...rest]);
        // cos(pi / 2) is not quite 0: what differs by rounding alone is one point.
        points.set(point.map((loss) => loss.toFixed(12)).join(), point);
      }
      const all = [...points.values()];
      return front(all).map((i) => all[i]!);
    },
    reference:
      name === 'dtlz7'
        ? [...Array.from({ length: positions }, () => 1), 2 * objectives + 0.5]
        : Array.from({ length: objectives }, () => shape.reference),
  };
}

function product(values: readonly number[], length: number): number[][] {
  if (length === 0) return [[]];
  return product(values, length - 1).flatMap((head) => values.map((value) => [...head, value]));
}
