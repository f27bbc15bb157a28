import { expect, it } from 'vitest';
import { checkpoints, expandCurve, improvementsOf, reachedAt } from '../../src/compare/reached.js';
import { splitTechniqueList } from '../../src/plugins/create-technique.js';

const error = { metric: 'error', direction: 'min' } as const;
const size = { metric: 'size', direction: 'max' } as const;

it('keeps the best so far; trials without values count', () => {
  const steps = improvementsOf([null, [5], [6], null, [3]], [error], null);
  expect(steps).toEqual([
    [2, 5],
    [5, 3],
  ]);
  expect([1, 2, 4, 5, 9].map((trials) => reachedAt(steps, trials))).toEqual([undefined, 5, 5, 3, 3]);
  expect(expandCurve(steps, 6, 99)).toEqual([99, 5, 5, 5, 3, 3]);
  expect(improvementsOf([[5], [6], [2]], [size], null)).toEqual([
    [1, 5],
    [2, 6],
  ]);
});

it('keeps the hypervolume so far, objectives to maximise turned', () => {
  // Reference: error 10, size 0. (6, 2) covers 4 x 2; (8, 5) adds 2 x 3; (7, 1) nothing; (11, 9) is beyond the reference.
  const steps = improvementsOf(
    [
      [6, 2],
      [7, 1],
      [8, 5],
      [11, 9],
    ],
    [error, size],
    [10, 0],
  );
  expect(steps).toEqual([
    [1, 8],
    [3, 14],
  ]);
});

it('checks at 50, 100, 200, 500, … and at the end', () => {
  expect(checkpoints(20)).toEqual([20]);
  expect(checkpoints(200)).toEqual([50, 100, 200]);
  expect(checkpoints(1200)).toEqual([50, 100, 200, 500, 1000, 1200]);
});

it('splits a list of techniques whose options have commas', () => {
  expect(splitTechniqueList('random,greedy-mutation:kind=normal,rate=0.3,bandit:arms=random+tpe(a=1,b=2),x')).toEqual([
    'random',
    'greedy-mutation:kind=normal,rate=0.3',
    'bandit:arms=random+tpe(a=1,b=2)',
    'x',
  ]);
  expect(splitTechniqueList(' random , random,')).toEqual(['random']);
});
