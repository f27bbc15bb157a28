import type { Configuration } from '../../src/core/space.js';
import type { Problem } from './problem.js';

/** Shortest round trips over cities 0, 1, …; `distances` is a symmetric matrix. The optimum is exact (to 16 cities). */
export function tsp(name: string, distances: readonly (readonly number[])[]): Problem {
  const cities = [...distances.keys()];
  return {
    name,
    definition: { name, parameters: [{ name: 'tour', type: 'permutation', items: cities }] },
    objectives: [{ metric: 'length', direction: 'min' }],
    evaluate: (configuration) => ({ length: tourLength(configuration, distances) }),
    front: () => [[shortestTour(distances)]],
    reference: [distances.reduce((sum, row) => sum + Math.max(...row), 0)],
  };
}

/** The 14 cities of Burma of TSPLIB (Reinelt, 1991), whose shortest tour is 3323 km. Degrees and minutes, north and east. */
export function burma14(): Problem {
  const cities = [
    [16.47, 96.1],
    [16.47, 94.44],
    [20.09, 92.54],
    [22.39, 93.37],
    [25.23, 97.24],
    [22.0, 96.05],
    [20.47, 97.02],
    [17.2, 96.29],
    [16.3, 97.38],
    [14.05, 98.12],
    [16.53, 97.38],
    [21.52, 95.59],
    [19.41, 97.13],
    [20.09, 94.55],
  ] as const;
  return tsp(
    'burma14',
    cities.map((a) => cities.map((b) => (a === b ? 0 : geographic(a, b)))),
  );
}

function tourLength(configuration: Configuration, distances: readonly (readonly number[])[]): number {
  const tour = configuration['tour'] as readonly number[];
  return tour.reduce((sum, city, i) => sum + distances[city]![tour[(i + 1) % tour.length]!]!, 0);
}

/** Whole kilometres on TSPLIB's idealised sphere; the radius is part of the definition. */
function geographic(a: readonly [number, number], b: readonly [number, number]): number {
  const radians = (degrees: number) => {
    const whole = Math.trunc(degrees);
    return (Math.PI * (whole + (5 * (degrees - whole)) / 3)) / 180;
  };
  const [north, south] = [radians(a[0]), radians(b[0])];
  const q1 = Math.cos(radians(a[1]) - radians(b[1]));
  const q2 = Math.cos(north - south);
  const q3 = Math.cos(north + south);
  return Math.trunc(6378.388 * Math.acos(0.5 * ((1 + q1) * q2 - (1 - q1) * q3)) + 1);
}

/** Held and Karp (1962): the shortest path through every set of cities to each of its members. */
function shortestTour(distances: readonly (readonly number[])[]): number {
  const others = distances.length - 1;
  const sets = 1 << others;
  const shortest = new Float64Array(sets * others).fill(Infinity);
  for (let last = 0; last < others; last++) shortest[(1 << last) * others + last] = distances[others]![last]!;
  for (let set = 1; set < sets; set++) {
    for (let last = 0; last < others; last++) {
      const length = shortest[set * others + last]!;
      if (length === Infinity) continue;
      for (let next = 0; next < others; next++) {
        if ((set & (1 << next)) !== 0) continue;
        const at = (set | (1 << next)) * others + next;
        shortest[at] = Math.min(shortest[at]!, length + distances[last]![next]!);
      }
    }
  }
  let best = Infinity;
  for (let last = 0; last < others; last++) {
    best = Math.min(best, shortest[(sets - 1) * others + last]! + distances[last]![others]!);
  }
  return best;
}
