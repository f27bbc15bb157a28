import { describe, expect, it, vi } from 'vitest';
import differentialEvolution from '../../techniques/differential-evolution.js';
import { testFunction } from '../problems/index.js';
import { search } from '../problems/search.js';

/** These take seconds of computing; how long on a busy machine must not decide. */
vi.setConfig({ testTimeout: 1_200_000 });

const isSlow = process.env['SUPERSAM_SLOW'] === '1';
const median = (counts: readonly number[]) => [...counts].sort((a, b) => a - b)[Math.floor(counts.length / 2)]!;

describe('differential-evolution', () => {
  // Median evaluations to 1e-6 of scipy's differential_evolution (rand1bin, 30 members, recombination 0.9, mutation
  // (0.5, 1), no polishing; 7 seeds). That one draws F once a generation, this one for every mutant.
  for (const [problem, scipy, slow] of [
    [testFunction('rosenbrock', { dimension: 4 }), 5163, false],
    [testFunction('rastrigin', { dimension: 4 }), 8465, true],
    [testFunction('sphere', { dimension: 10 }), 8375, true],
  ] as const) {
    it.skipIf(slow && !isSlow)(`${problem.name}: needs about as many evaluations as scipy`, () => {
      const counts = [1, 2, 3, 4, 5].map((seed) => {
        const { best, trials } = search(problem, {
          technique: differentialEvolution,
          trials: 2 * scipy,
          seed,
          target: 1e-6,
        });
        return best <= 1e-6 ? trials.length : Infinity;
      });
      expect(median(counts)).toBeLessThan(1.25 * scipy);
      expect(median(counts)).toBeGreaterThan(0.7 * scipy);
    });
  }

  it('takes few parameters from the mutant with a small cr', () => {
    const problem = testFunction('sphere', { dimension: 10 });
    const { trials, state } = search(problem, {
      technique: differentialEvolution,
      spec: 'differential-evolution:cr=0.2',
      trials: 31,
      seed: 3,
    });
    const { population } = state as unknown as { population: { configuration: { [axis: string]: number } }[] };
    expect(population).toHaveLength(30);
    // The 31st trial is the first offspring; its target is the first of the population as it was.
    const [target, child] = [trials[0]!.configuration, trials[30]!.configuration];
    const changed = Object.keys(child).filter((axis) => child[axis] !== target[axis]).length;
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThan(6);
  });
});
