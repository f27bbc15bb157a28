import { type Configuration, createMemoryStore, runStudy, space } from 'supersam';
import { describe, expect, it } from 'vitest';
import { limitsOf } from '../../src/study/propose.js';
import gaussianProcess from '../../techniques/gaussian-process.js';

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

/** Gramacy and others (2016): the least x + y with two constraints, 0.5998 where both bind nearly. */
const measured = ({ x, y }: Configuration) => {
  const [a, b] = [Number(x), Number(y)];
  return {
    sum: a + b,
    wave: 1.5 - a - 2 * b - 0.5 * Math.sin(2 * Math.PI * (a ** 2 - 2 * b)),
    circle: a ** 2 + b ** 2,
  };
};

async function search(constraints: readonly string[], seed: number, trials: number) {
  const unit = space('unit').float('x', 0, 1).float('y', 0, 1).compile();
  const result = await runStudy({
    ...{ name: 's', space: unit, seed, constraints, technique: gaussianProcess({ startup: 5 }) },
    oracle: {
      name: 'gramacy',
      metrics: ['sum', 'wave', 'circle'],
      fingerprint: async () => ({}),
      measure: async (configuration) => ({ state: 'complete', metrics: measured(configuration) }),
    },
    objectives: [{ metric: 'sum', direction: 'min' }],
    store: createMemoryStore(),
    budget: { trials },
  });
  const best = Math.min(Infinity, ...result.trials.flatMap(({ values }) => values ?? []));
  return { best, feasible: result.trials.filter(({ state }) => state === 'complete').length };
}

describe('constraints that compare a metric with a number', () => {
  it('are read from either side', () => {
    const { parameters } = space('s').float('x', 0, 1).compile();
    expect(
      limitsOf(['ms <= 20', '-1.5e3 < gain.db', '3 >= ms', 'x <= 1', 'ms + x <= 2', 'ms == 3'], { parameters }),
    ).toEqual([
      { metric: 'ms', side: 'most', bound: 20 },
      { metric: 'gain.db', side: 'least', bound: -1500 },
      { metric: 'ms', side: 'most', bound: 3 },
    ]);
  });

  it('are modelled by their values: nearer to the optimum at their edge than told only whether they hold', async () => {
    const seeds = [1, 2, 3];
    const told = await Promise.all(seeds.map((seed) => search(['wave <= 0', 'circle <= 1.5'], seed, 20)));
    // The same, as expressions that say no more than that they hold.
    const held = await Promise.all(seeds.map((seed) => search(['wave * 1 <= 0', 'circle * 1 <= 1.5'], seed, 20)));
    const regret = (found: typeof told) => median(found.map(({ best }) => best - 0.5998));
    expect(regret(told)).toBeLessThan(0.05);
    expect(regret(told)).toBeLessThan(regret(held));
  });

  it('lead to the first configuration that meets them where next to none does', async () => {
    const narrow = ['wave <= -0.75', 'sum <= 1.45', 'wave >= -0.8'];
    const found = await Promise.all([1, 2].map((seed) => search(narrow, seed, 30)));
    for (const { feasible } of found) expect(feasible).toBeGreaterThan(0);
  });
});
