import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../src/core/space.js';
import type { Technique } from '../../src/core/technique.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { space } from '../../src/search-space/space-builder.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { runStudy } from '../../src/study/run.js';
import bandit from '../../techniques/bandit.js';

const subject = space('s').integer('x', 0, 1_000_000).boolean('good').compile();
const defaults = { window: 500, exploration: 0.05, gamma: 0.1, lead: 0 };

/** An arm that counts how often it is asked. */
function arm(name: string, propose: (ask: number) => Configuration[]): Technique<number> {
  return { name, init: () => 0, ask: (asks) => [propose(asks), asks + 1], tell: (asks) => asks };
}
const good = arm('good', (ask) => [{ x: 1000 - ask, good: true }]);
const bad = arm('bad', (ask) => [{ x: 500_000 + ask, good: false }]);

async function run(
  arms: readonly Technique<number>[],
  options: { readonly [name: string]: string | number },
  trials = 120,
) {
  const store = createMemoryStore();
  const technique = bandit.create({ ...defaults, ...options }, arms as unknown as readonly Technique[]);
  const oracle = {
    name: 'x',
    metrics: ['loss'],
    fingerprint: async () => ({}),
    measure: async ({ x }: Configuration) => ({ state: 'complete', metrics: { loss: Number(x) } }) as const,
  };
  const objectives = [{ metric: 'loss', direction: 'min' }] as const;
  const study = { name: 's', space: subject, technique, oracle, objectives, seed: 4, store };
  return (await runStudy({ ...study, budget: { trials } })).trials;
}
const share = (trials: readonly FinishedTrial[], name: string) =>
  trials.filter(({ technique }) => technique === `bandit/${name}`).length / trials.length;

describe.each(['auc', 'thompson', 'exp3'])('the bandit by %s', (allocation) => {
  it('gives most trials to the arm that improves, some to the other', async () => {
    const trials = await run([bad, good], { allocation });
    expect(share(trials, 'good')).toBeGreaterThan(0.6);
    expect(share(trials, 'bad')).toBeGreaterThan(0);
  });

  it('gives the first trials to the first arm when that has a lead', async () => {
    const authors = (await run([bad, good], { allocation, lead: 30 })).map(({ technique }) => technique);
    expect(authors.slice(0, 30)).toEqual(Array(30).fill('bandit/bad'));
    expect(authors.slice(30)).toContain('bandit/good');
  });

  it('gives no trial to repeats, and lets an arm sleep that has nothing', async () => {
    let asked = 0;
    const finished = arm('finished', () => {
      asked++;
      return [];
    });
    const repeating = arm('repeating', () => [{ x: 0, good: true }]);
    const trials = await run([finished, repeating, good], { allocation });
    expect(share(trials, 'good')).toBeCloseTo(119 / 120, 5);
    expect(share(trials, 'repeating')).toBeCloseTo(1 / 120, 5);
    expect(asked).toBeLessThan(12);
  });
});
