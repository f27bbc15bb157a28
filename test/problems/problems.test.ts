import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { losses } from '../../src/core/objective.js';
import { front } from '../../src/pareto/dominance.js';
import { hypervolume } from '../../src/pareto/hypervolume.js';
import { compileSpace } from '../../src/search-space/compile-space.js';
import { functionNames, leastAt, testFunction } from './functions.js';
import {
  burma14,
  classics,
  conditional,
  dtlz,
  knapsack,
  knapsack15,
  knapsack24,
  mw,
  type Problem,
  tsp,
  zdt,
} from './index.js';

/** The losses of all legal configurations that measure as feasible. */
function* everyPoint({ definition, evaluate, objectives }: Problem): Generator<number[]> {
  for (const configuration of compileSpace(definition).enumerate()) {
    const metrics = evaluate(configuration);
    if (metrics !== null) {
      yield losses(
        objectives.map(({ metric }) => metrics[metric]!),
        objectives,
      );
    }
  }
}

function bruteForce(problem: Problem): number[][] {
  const points = [...new Map([...everyPoint(problem)].map((point) => [rounded(point).join(), point])).values()];
  return front(points).map((i) => points[i]!);
}

const rounded = (point: readonly number[]) => point.map((loss) => Number(loss.toFixed(9)) + 0);
const sorted = (points: readonly (readonly number[])[]) =>
  points.map(rounded).sort((a, b) => a[0]! - b[0]! || (a[1] ?? 0) - (b[1] ?? 0));

/** Eight cities at random: 5040 tours with city 0 in front, 40320 orders. */
const scattered = () => {
  const rng = createRng('cities');
  const cities = Array.from({ length: 8 }, () => [rng.float(), rng.float()] as const);
  return tsp(
    'scattered',
    cities.map((a) => cities.map((b) => Math.hypot(a[0] - b[0], a[1] - b[1]))),
  );
};

describe('synthetic problems', () => {
  for (const problem of [
    zdt('zdt1', { dimension: 3, levels: 11 }),
    zdt('zdt2', { dimension: 3, levels: 11 }),
    zdt('zdt3', { dimension: 3, levels: 21 }),
    zdt('zdt4', { dimension: 3, levels: 21 }),
    zdt('zdt6', { dimension: 3, levels: 21 }),
    dtlz('dtlz1', 2, { dimension: 3, levels: 11 }),
    dtlz('dtlz1', 3, { dimension: 4, levels: 7 }),
    dtlz('dtlz2', 3, { dimension: 4, levels: 7 }),
    dtlz('dtlz7', 3, { dimension: 4, levels: 7 }),
    mw('mw1', { dimension: 3, levels: 21 }),
    mw('mw2', { dimension: 4, levels: 9 }),
    conditional(),
    conditional({ objectives: 2 }),
    knapsack(knapsack15),
    knapsack(knapsack15, { weighed: true }),
    scattered(),
    testFunction('rosenbrock', { dimension: 2, levels: 11 }),
  ]) {
    it(`${problem.name}: the front is that of all configurations, and lies below the reference`, () => {
      const expected = sorted(problem.front());
      expect(sorted(bruteForce(problem))).toEqual(expected);
      expect(expected.every((point) => point.every((loss, i) => loss < problem.reference[i]!))).toBe(true);
    });
  }

  // Integrals of the published fronts: up to (1, 1) for zdt; for dtlz1 and dtlz2 the cube less the simplex, the ball.
  for (const [problem, reference, volume] of [
    [zdt('zdt1'), [1, 1], 2 / 3],
    [zdt('zdt2'), [1, 1], 1 / 3],
    [zdt('zdt4'), [1, 1], 2 / 3],
    [dtlz('dtlz1', 2), [0.5, 0.5], 1 / 8],
    [dtlz('dtlz1', 3), [0.5, 0.5, 0.5], 5 / 48],
    [dtlz('dtlz2', 2), [1, 1], 1 - Math.PI / 4],
    [dtlz('dtlz2', 3), [1, 1, 1], 1 - Math.PI / 6],
    [mw('mw2'), [1, 1], 1 / 2],
  ] as const) {
    it(`${problem.name}: the continuous front has the volume of its formula`, () => {
      const found = hypervolume(problem.front(), reference);
      expect(found).toBeLessThanOrEqual(volume + 1e-12);
      expect(found).toBeGreaterThan(volume * (reference.length === 2 ? 0.998 : 0.95));
    });
  }

  // Values of pymoo 0.6.2 where the i-th axis (from 1 on) stands at the fraction 0.1 + 0.07 i, less its whole part.
  for (const [problem, expected] of [
    [zdt('zdt1'), [0.17, 4.499083900923052]],
    [zdt('zdt2'), [0.17, 5.4574682533118]],
    [zdt('zdt3'), [0.17, 4.636616789966794]],
    [zdt('zdt4'), [0.17, 108.29331647697732]],
    [zdt('zdt6'), [0.9999999689512435, 8.526933592774885]],
    [dtlz('dtlz1', 3), [7.824281325900429, 24.776890865351362, 159.1704289337587]],
    [dtlz('dtlz2', 3), [1.3994919902784564, 0.5540980770393092, 0.4117738944709645]],
    [dtlz('dtlz7', 3), [0.17, 0.24, 18.06016070647164]],
  ] as const) {
    it(`${problem.name}: measures what pymoo measures`, () => {
      const space = compileSpace(problem.definition);
      const point = Array.from({ length: space.unitDimension }, (_, i) => (0.1 + 0.07 * (i + 1)) % 1);
      const metrics = problem.evaluate(space.fromUnit(point, createRng(0)))!;
      for (const [i, value] of expected.entries()) expect(metrics[`f${i + 1}`]).toBeCloseTo(value, 8);
    });
  }

  it('zdt3 and zdt6 have the ends that Deb et al. (2002) and Zitzler et al. (2000) give', () => {
    const ends = sorted(zdt('zdt3').front()).map(([f1]) => f1!);
    for (const end of [0.083, 0.1823, 0.2578, 0.4094, 0.4539, 0.6184, 0.6525, 0.8233, 0.8518]) {
      expect(ends.some((f1) => Math.abs(f1 - end) < 3e-4)).toBe(true);
    }
    expect(ends.some((f1) => f1 > 0.084 && f1 < 0.182)).toBe(false);
    expect(sorted(zdt('zdt6').front())[0]![0]).toBeCloseTo(0.2807753191, 4);
  });

  it('mw1 leaves the line in gaps: its front is feasible, and between its pieces the line is not', () => {
    const points = mw('mw1').front();
    expect(points.every(([f1, f2]) => Math.abs(f2! - 1 + 0.85 * f1!) < 1e-12)).toBe(true);
    expect(points.length).toBeGreaterThan(1000);
    expect(points.length).toBeLessThan(4000);
  });

  it('knows the published optima', () => {
    expect(burma14().front()).toEqual([[3323]]);
    expect(knapsack(knapsack15).front()).toEqual([[-1458]]);
    expect(knapsack(knapsack24).front()).toEqual([[-13549094]]);
    for (const name of functionNames) {
      const best = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x${i + 1}`, leastAt(name)]));
      expect(testFunction(name).evaluate(best)?.['f1']).toBeCloseTo(0, 9);
    }
  });

  // As the library of Surjanovic and Bingham prints them.
  for (const [name, printed] of [
    ['branin', 0.397887],
    ['hartmann-6', -3.32237],
    ['ackley-5', 0],
    ['rosenbrock-4', 0],
    ['levy-8', 0],
  ] as const) {
    it(`${name}: has its published minimum, at every point that has it, and nothing less in its box`, () => {
      const { definition, evaluate, minima, front, reference } = classics.find((problem) => problem.name === name)!;
      const [[least]] = front() as [[number]];
      const space = compileSpace(definition);
      const valueAt = (point: readonly number[]) =>
        evaluate(Object.fromEntries(point.map((x, i) => [`x${i + 1}`, x])))!['value']!;
      expect(least).toBeCloseTo(printed, 5);
      for (const minimum of minima) {
        expect(valueAt(minimum)).toBeCloseTo(least, 12);
        for (const i of minimum.keys()) {
          for (const step of [-1e-3, 1e-3]) expect(valueAt(minimum.with(i, minimum[i]! + step))).toBeGreaterThan(least);
        }
      }
      const rng = createRng(name);
      for (let i = 0; i < 10_000; i++) {
        const { value } = evaluate(space.sample(rng))!;
        expect(value! > least && value! < reference[0]!).toBe(true);
      }
    });
  }

  // Sums done by hand from the published formulas.
  it('the classics measure what their formulas say away from the minimum', () => {
    const at = (name: string, ...point: number[]) =>
      classics
        .find((problem) => problem.name === name)!
        .evaluate(Object.fromEntries(point.map((x, i) => [`x${i + 1}`, x])))!['value'];
    expect(at('branin', -5, 0)).toBeCloseTo(308.12909601160663, 9);
    expect(at('branin', 0, 0)).toBeCloseTo(36 + 20 - 10 / (8 * Math.PI), 12);
    expect(at('rosenbrock-4', 0, 0, 0, 0)).toBe(3);
    expect(at('rosenbrock-4', 2, 3, 2, 3)).toBe(100 + 1 + 4900 + 4 + 100 + 1);
    expect(at('levy-8', 5, 1, 1, 1, 1, 1, 1, 1)).toBeCloseTo(1 + 10 * Math.sin(1) ** 2, 12);
    expect(at('levy-8', 1, 1, 1, 1, 1, 1, 1, 6)).toBeCloseTo(1.25 ** 2 * 2, 12);
  });
});
