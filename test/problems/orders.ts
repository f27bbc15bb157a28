import type { Configuration } from '../../src/core/space.js';
import type { Problem } from './problem.js';
import { tsp } from './tsp.js';

/** The order in `order`, as measured by `cost`; the optimum is published. */
function ordering(
  name: string,
  count: number,
  { optimum, reference, cost }: { optimum: number; reference: number; cost(order: readonly number[]): number },
): Problem {
  return {
    name,
    definition: { name, parameters: [{ name: 'order', type: 'permutation', items: [...Array(count).keys()] }] },
    objectives: [{ metric: 'cost', direction: 'min' }],
    evaluate: (configuration: Configuration) => ({ cost: cost(configuration['order'] as readonly number[]) }),
    front: () => [[optimum]],
    reference: [reference],
  };
}

/** The cities of Oliver, Smith and Holland (1987), in the order of the shortest tour. */
const OLIVER = [
  [54, 67],
  [54, 62],
  [37, 84],
  [41, 94],
  [2, 99],
  [7, 64],
  [25, 62],
  [22, 60],
  [18, 54],
  [4, 50],
  [13, 40],
  [18, 40],
  [24, 42],
  [25, 38],
  [44, 35],
  [41, 26],
  [45, 21],
  [58, 35],
  [62, 32],
  [82, 7],
  [91, 38],
  [83, 46],
  [71, 44],
  [68, 58],
  [64, 60],
  [83, 69],
  [87, 76],
  [74, 78],
  [71, 71],
  [58, 69],
] as const;

/** Thirty cities, whose shortest tour is 423.74 long. Their numbers are not in the order of that tour. */
export function oliver30(): Problem {
  const cities = OLIVER.map((_, i) => OLIVER[(i * 11) % OLIVER.length]!);
  const tour = OLIVER.reduce((sum, [x, y], i) => {
    const [u, v] = OLIVER[(i + 1) % OLIVER.length]!;
    return sum + Math.hypot(x - u, y - v);
  }, 0);
  return {
    ...tsp(
      'oliver30',
      cities.map(([x, y]) => cities.map(([u, v]) => Math.hypot(x - u, y - v))),
    ),
    front: () => [[tour]],
  };
}

/** Flows between facilities of Nugent, Vollmann and Ruml (1968). */
const FLOWS = [
  [0, 5, 2, 4, 1, 0, 0, 6, 2, 1, 1, 1],
  [5, 0, 3, 0, 2, 2, 2, 0, 4, 5, 0, 0],
  [2, 3, 0, 0, 0, 0, 0, 5, 5, 2, 2, 2],
  [4, 0, 0, 0, 5, 2, 2, 10, 0, 0, 5, 5],
  [1, 2, 0, 5, 0, 10, 0, 0, 0, 5, 1, 1],
  [0, 2, 0, 2, 10, 0, 5, 1, 1, 5, 4, 0],
  [0, 2, 0, 2, 0, 5, 0, 10, 5, 2, 3, 3],
  [6, 0, 5, 10, 0, 1, 10, 0, 0, 0, 5, 0],
  [2, 4, 5, 0, 0, 1, 5, 0, 0, 0, 10, 10],
  [1, 5, 2, 0, 5, 5, 2, 0, 0, 0, 5, 0],
  [1, 0, 2, 5, 1, 4, 3, 5, 10, 5, 0, 2],
  [1, 0, 2, 5, 1, 0, 3, 0, 10, 0, 2, 0],
] as const;

/** Quadratic assignment, nug12 of QAPLIB: twelve facilities on a grid of three rows; the least cost is 578. */
export function nug12(): Problem {
  const apart = (i: number, j: number) => Math.abs((i >> 2) - (j >> 2)) + Math.abs((i & 3) - (j & 3));
  return ordering('nug12', 12, {
    optimum: 578,
    reference: 1000,
    cost: (order) =>
      order.reduce((sum, a, i) => sum + order.reduce((row, b, j) => row + FLOWS[a]![b]! * apart(i, j), 0), 0),
  });
}

/** Taillard's first flow shop (1993), ta001: twenty jobs through five machines; the shortest makespan is 1278. */
export function ta001(): Problem {
  let seed = 873654221;
  const draw = () => {
    // Park and Miller's generator, whose products are below 2^46.
    seed = (16807 * seed) % 2147483647;
    return 1 + Math.floor((99 * seed) / 2147483647);
  };
  const machines = Array.from({ length: 5 }, () => Array.from({ length: 20 }, draw));
  return ordering('ta001', 20, {
    optimum: 1278,
    reference: 1800,
    cost: (order) =>
      machines
        .reduce<number[]>((ready, times) => {
          let free = 0;
          return order.map((job, k) => {
            free = Math.max(free, ready[k] ?? 0) + times[job]!;
            return free;
          });
        }, [])
        .at(-1)!,
  });
}
