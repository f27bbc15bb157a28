import { describe, expect, it } from 'vitest';
import tpe from '../../techniques/tpe.js';
import { testFunction } from '../problems/index.js';
import type { Problem } from '../problems/problem.js';
import { search } from '../problems/search.js';

const quadratic: Problem = {
  ...testFunction('sphere', { dimension: 2 }),
  name: 'quadratic',
  evaluate: ({ x1, x2 }) => ({ f1: ((x1 as number) / 5 - 0.3) ** 2 + ((x2 as number) / 5 + 0.2) ** 2 }),
};

/** The median over seven seeds of how far the best of 100 trials is from the least value, 0. */
function medianRegret(problem: Problem): number {
  const best = Array.from({ length: 7 }, (_, seed) => search(problem, { technique: tpe, trials: 100, seed }).best);
  return best.sort((a, b) => a - b)[3]!;
}

/** With components of a width that depends on the number of trials alone it came to 5e-4, 0.23 and 3.5. */
describe('tpe closes in on the minimum of a continuous function', () => {
  it.each([
    { problem: quadratic, most: 1e-4 },
    { problem: testFunction('sphere', { dimension: 4 }), most: 0.1 },
    { problem: testFunction('ackley', { dimension: 2 }), most: 2 },
  ])('$problem.name', ({ problem, most }) => {
    expect(medianRegret(problem)).toBeLessThan(most);
  });
});
