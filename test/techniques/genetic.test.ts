import { compileSpace, type SearchSpace } from 'supersam';
import { crossoverKinds } from 'supersam/kit';
import { describe, expect, it, vi } from 'vitest';
import genetic from '../../techniques/genetic.js';
import { burma14, knapsack, knapsack15, tsp } from '../problems/index.js';
import { search } from '../problems/search.js';

/** These take seconds of computing; how long on a busy machine must not decide. */
vi.setConfig({ testTimeout: 1_200_000 });

const ring = tsp(
  'ring',
  Array.from({ length: 8 }, (_, i) =>
    Array.from({ length: 8 }, (__, j) => 2 * Math.sin((Math.PI * Math.abs(((i * 3) % 8) - ((j * 3) % 8))) / 8)),
  ),
);

describe('genetic', () => {
  for (const crossover of crossoverKinds) {
    it(`${crossover}: finds the shortest tour of eight cities`, () => {
      const [[shortest]] = ring.front() as [[number]];
      for (const seed of [1, 2, 3]) {
        const spec = `genetic:crossover=${crossover}`;
        const { best } = search(ring, { technique: genetic, spec, trials: 2500, seed, target: shortest + 1e-9 });
        expect(best).toBeCloseTo(shortest, 9);
      }
    });
  }

  it('comes within 3% of the shortest tour of burma14, proven by dynamic programming, once at least to it', () => {
    const found = [1, 2, 3, 4, 5].map(
      (seed) =>
        search(burma14(), { technique: genetic, spec: 'genetic:crossover=pmx', trials: 3000, seed, target: 3323 }).best,
    );
    expect(Math.max(...found)).toBeLessThan(1.03 * 3323);
    expect(Math.min(...found)).toBe(3323);
  });

  it('fills a knapsack within its constraint', () => {
    const { best } = search(knapsack(knapsack15), { technique: genetic, trials: 2000, seed: 1, target: -1458 });
    expect(best).toBeLessThan(-1440);
  });

  it('never mates a member with itself, the best included', () => {
    const problem = knapsack(knapsack15);
    const space = compileSpace(problem.definition);
    let matings = 0;
    const watched: SearchSpace = {
      ...space,
      crossover(a, b, ...rest) {
        expect(space.key(a)).not.toBe(space.key(b));
        matings++;
        return space.crossover(a, b, ...rest);
      },
    };
    // Tournaments of nearly the whole population choose the best almost always.
    const spec = 'genetic:population=5,tournament=20,mating=1';
    search(problem, { technique: genetic, spec, trials: 200, seed: 2, space: watched });
    expect(matings).toBeGreaterThan(100);
  });
});
