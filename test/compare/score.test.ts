import { expect, it } from 'vitest';
import { expectedRandomCurve, simulatedRandomCurve } from '../../src/compare/random-search.js';
import { normalisedScore } from '../../src/compare/reached.js';
import { hypervolume } from '../../src/pareto/hypervolume.js';

/** All orders in which the configurations may be drawn. */
function* orders<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [i, first] of items.entries()) {
    for (const rest of orders(items.toSpliced(i, 1))) yield [first, ...rest];
  }
}
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

it('equals a calculation by hand', () => {
  // From 10 where random is expected, to the optimum 2: at 6 half the way, at 12 a quarter back.
  expect(normalisedScore([6, 12, 2, 3], [10, 10, 10, 3], 2)).toEqual([0.5, -0.25, 1, 0]);
  expect(normalisedScore([3], [2], 2)).toEqual([0]);
  // Gains instead of losses: from 40 to 100.
  expect(normalisedScore([70], [40], 100)).toEqual([0.5]);
});

it('expects of random search what the average over all orders gives', () => {
  const losses = [4, 1, 7, 7];
  const drawn = [...orders([...losses, undefined, undefined])];
  const worst = 9;
  const expected = [1, 2, 3, 4, 5, 6].map((trials) =>
    average(drawn.map((order) => Math.min(...order.slice(0, trials).filter((loss) => loss !== undefined), worst))),
  );
  for (const [i, loss] of expectedRandomCurve(losses, 6, 8, worst).entries()) {
    expect(loss).toBeCloseTo(expected[Math.min(i, 5)] as number, 12);
  }
});

it('simulates about the hypervolume that the average over all orders gives', () => {
  const points = [
    [1, 5],
    [3, 3],
    [4, 1],
    [4, 4],
  ];
  const reference = [6, 6];
  const drawn = [...orders([...points, undefined])];
  const curve = simulatedRandomCurve({ size: 5, points }, reference, 6);
  for (const [i, volume] of curve.entries()) {
    const exact = average(
      drawn.map((order) =>
        hypervolume(
          order.slice(0, i + 1).filter((point) => point !== undefined),
          reference,
        ),
      ),
    );
    expect(Math.abs(volume - exact)).toBeLessThan(0.05 * exact + 1e-9);
  }
  expect(curve.at(-1)).toBeCloseTo(hypervolume(points, reference), 9);
});
