import fc from 'fast-check';
import {
  type Configuration,
  createGaussianProcess,
  createRng,
  type Feature,
  fitHyperparameters,
  maximizeAcquisition,
  type Value,
} from 'supersam/kit';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../../src/numerics/symmetric-matrix.js';
import { compileSpace } from '../../src/search-space/compile-space.js';
import { hyperparameterPriors, negativeLogPosterior } from '../../src/technique-kit/gaussian-process.js';
import { createMixedKernel, pairDistances } from '../../src/technique-kit/kernel.js';
import { ORDER_DISTANCES, orderColumns, orderDistances } from '../../src/technique-kit/order-distances.js';
import { standardize } from '../../src/technique-kit/standardize.js';
import { burma14 } from '../problems/index.js';

type Order = readonly number[];
const place = (count: number): Feature => ({
  parameter: 'order',
  kind: 'numeric',
  cardinality: count,
  absent: -1,
  isPlace: true,
});
const placesOf = (count: number) => Array.from({ length: count }, () => place(count));
const encode = (order: Order) => order.map((_, item) => (order.indexOf(item) + 0.5) / order.length);

function distances(a: Order, b: Order): number[] {
  const [columns] = orderColumns(placesOf(a.length));
  const into = new Float64Array(ORDER_DISTANCES);
  const [rows, others] = [a, b].map((order) => Float64Array.from(encode(order))) as [Float64Array, Float64Array];
  orderDistances(columns!, a.length).between(rows, 0, others, 0, into);
  return [...into];
}

const orderOf = (count: number) =>
  fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count });
const some = (most: number) =>
  fc.integer({ min: 2, max: 9 }).chain((n) => fc.array(orderOf(n), { minLength: 2, maxLength: most }));

describe('distances of orders', () => {
  it('are those of their definitions', () => {
    fc.assert(
      fc.property(some(2), ([a, b]) => {
        const n = a!.length;
        const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
        const at = (order: Order, item: number) => order.indexOf(item);
        const next = (order: Order, item: number) => order[(at(order, item) + 1) % n]!;
        const items = [...Array(n).keys()];
        const pairs = items.flatMap((x) => items.slice(0, x).map((y) => [x, y] as const));
        const areBeside = (order: Order, x: number, y: number) => next(order, x) === y || next(order, y) === x;
        const expected = [
          share(items.filter((i) => a![i] !== b![i]).length, n),
          share(items.filter((x) => !areBeside(b!, x, next(a!, x))).length, n),
          share(items.filter((x) => next(a!, x) !== next(b!, x)).length, n),
          share(pairs.filter(([x, y]) => at(a!, x) < at(a!, y) !== at(b!, x) < at(b!, y)).length, pairs.length),
          share(
            items.reduce((sum, x) => sum + (at(a!, x) - at(b!, x)) ** 2, 0),
            items.reduce((sum, x) => sum + (n - 1 - 2 * x) ** 2, 0),
          ),
        ];
        for (const [k, distance] of distances(a!, b!).entries()) expect(distance).toBeCloseTo(expected[k]!, 12);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('do not depend on the names of the items; of a round trip not on where it begins, nor which way it goes', () => {
    const named = fc.integer({ min: 3, max: 40 }).chain((n) => fc.tuple(orderOf(n), orderOf(n), orderOf(n), fc.nat(n)));
    fc.assert(
      fc.property(named, ([a, b, names, start]) => {
        const rename = (order: Order) => order.map((item) => names[item]!);
        expect(distances(rename(a), rename(b))).toEqual(distances(a, b));
        expect(distances(a, b)).toEqual(distances(b, a));
        const rotated = [...a.slice(start), ...a.slice(0, start)];
        expect(distances(rotated, b)[1]).toBe(distances(a, b)[1]);
        expect(distances(rotated, b)[2]).toBe(distances(a, b)[2]);
        expect(distances(a.toReversed(), b)[1]).toBe(distances(a, b)[1]);
        expect(distances(a, a)).toEqual([0, 0, 0, 0, 0]);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('a kernel over orders', () => {
  // Two orders, a number and a category, each of them inactive in some rows; and copies.
  const features: Feature[] = [
    { parameter: 'x', kind: 'numeric', cardinality: Infinity, absent: -1 },
    ...placesOf(7),
    { parameter: 'c', kind: 'category', cardinality: 3, absent: -1 },
    ...placesOf(4),
  ];
  const row = fc
    .record({
      x: fc.constantFrom(-1, 0, 0.3, 0.31, 1),
      first: fc.option(orderOf(7)),
      c: fc.constantFrom(-1, 0, 1, 2),
      second: fc.option(orderOf(4)),
    })
    .map(({ x, first, c, second }) => [
      x,
      ...(first === null ? Array<number>(7).fill(-1) : encode(first)),
      c,
      ...(second === null ? Array<number>(4).fill(-1) : encode(second)),
    ]);
  const priors = hyperparameterPriors(features);
  const logs = fc.tuple(...priors.map(({ mean }) => fc.double({ min: mean - 3, max: mean + 3, noNaN: true })));

  it('has positive semidefinite matrices, with inactive orders and copies among them', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 14 }), logs, (rows, chosen) => {
        const all = Float64Array.from([...rows, rows[0]!].flat());
        const count = rows.length + 1;
        const kernel = createMixedKernel(features, chosen);
        const toAll = kernel.toAll(all);
        const matrix = Array.from({ length: count }, (_, i) => {
          const line = new Float64Array(count);
          toAll(all.slice(i * features.length, (i + 1) * features.length), line);
          return [...line];
        });
        for (const [i, line] of matrix.entries()) {
          for (const [j, value] of line.entries()) expect(kernel.between(all, i, all, j)).toBeCloseTo(value, 10);
        }
        const { values } = symmetricEigen(matrix);
        expect(Math.min(...values)).toBeGreaterThan(-1e-9 * kernel.self * count);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('has the gradient of the posterior that finite differences give', () => {
    const rng = createRng('orders');
    const orders = Array.from({ length: 12 }, () => [rng.shuffle([0, 1, 2, 3, 4, 5, 6]), rng.shuffle([0, 1, 2, 3])]);
    const rows = orders.map(([a, b], i) => [i % 4 === 0 ? -1 : rng.float(), ...encode(a!), i % 3, ...encode(b!)]);
    const pairs = pairDistances(features, Float64Array.from(rows.flat()));
    const targets = Float64Array.from(rows, () => rng.normal());
    const point = priors.map(({ mean }) => mean + 0.3 * rng.normal());
    const at = (logs: readonly number[], gradient = new Float64Array(logs.length)) =>
      negativeLogPosterior(pairs, targets, priors, logs, gradient);
    const gradient = new Float64Array(point.length);
    at(point, gradient);
    for (const [k, log] of point.entries()) {
      const slope = (at(point.with(k, log + 1e-5)) - at(point.with(k, log - 1e-5))) / 2e-5;
      expect(gradient[k]).toBeCloseTo(slope, 4);
    }
  });

  it('tells from sixty round trips which of others are short, as coordinates do not', () => {
    const { definition, evaluate } = burma14();
    const space = compileSpace(definition);
    const rng = createRng('trips');
    const lengthOf = (configuration: Configuration) => evaluate(configuration)!['length']!;
    const told = Array.from({ length: 60 }, () => space.sample(rng));
    const fresh = Array.from({ length: 60 }, () => space.sample(rng));
    const rows = Float64Array.from(told.flatMap((configuration) => space.encode(configuration)));
    const { targets } = standardize(told.map(lengthOf));
    const coordinates = space.features.map(({ isPlace, ...feature }) => feature);
    const [byKernel, byCoordinates] = [space.features, coordinates].map((columns) => {
      const logs = fitHyperparameters(columns, rows, targets, { evaluations: 60 });
      const process = createGaussianProcess(columns, logs, rows, targets);
      return correlation(
        fresh.map((configuration) => process.predict(space.encode(configuration)).mean),
        fresh.map(lengthOf),
      );
    }) as [number, number];
    expect(byKernel).toBeGreaterThan(0.5);
    expect(byCoordinates).toBeLessThan(0.3);
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (numbers: readonly number[]) => {
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    return numbers.map((x) => x - mean);
  };
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const [x, y] = [centred(a), centred(b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

describe('the search for the best order', () => {
  const items = [...Array(9).keys()];
  for (const parameter of [
    { name: 'order', type: 'permutation', items },
    { name: 'order', type: 'schedule', items, after: { 3: ['1'], 5: ['3', '0'] } },
  ] as const) {
    it(`scores legal orders alone, and climbs by swaps, turned stretches and moved ones: ${parameter.type}`, () => {
      const space = compileSpace({ name: 'orders', parameters: [parameter as never] });
      const target = space.sample(createRng('target'));
      const at = (value: Value | undefined) => value as Order;
      const score = (configuration: Configuration) => {
        expect(space.isLegal(configuration)).toBe(true);
        return -(distances(at(configuration['order']), at(target['order']))[3] as number);
      };
      const elites = [space.sample(createRng('elite'))];
      const found = maximizeAcquisition({ space, rng: createRng(1), elites, isTaken: () => false, score, budget: 100 });
      expect(score(found!)).toBeCloseTo(0, 12);
    });
  }
});
