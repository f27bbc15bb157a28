import { expect, it } from 'vitest';
import type { Technique } from '../../src/core/technique.js';
import { space } from '../../src/search-space/space-builder.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { runStudy } from '../../src/study/run.js';
import hedged from '../../techniques/hedged.js';

const subject = space('s').integer('x', 0, 1_000_000).compile();

const part = (name: string, from: number): Technique<number> => ({
  name,
  init: () => from,
  ask: (next) => [[{ x: next }], next + 1],
  tell: (next) => next,
});

/** How many of 200 trials each part proposed, where every `nth` number can be measured. */
async function shares(nth: number): Promise<{ readonly main: number; readonly other: number }> {
  const { trials } = await runStudy({
    name: 's',
    space: subject,
    technique: hedged.create({}, [part('main', 0), part('other', 500_000)] as unknown as readonly Technique[]),
    oracle: {
      name: 'x',
      metrics: ['loss'],
      fingerprint: async () => ({}),
      measure: async ({ x }) =>
        Number(x) % nth === 0 ? { state: 'complete', metrics: { loss: Number(x) } } : { state: 'infeasible' },
    },
    objectives: [{ metric: 'loss', direction: 'min' }],
    seed: 1,
    store: createMemoryStore(),
    budget: { trials: 200 },
  });
  const by = (name: string) => trials.filter(({ technique }) => technique === `hedged/${name}`).length;
  return { main: by('main'), other: by('other') };
}

it('leaves all to the first part where everything can be measured', async () => {
  expect(await shares(1)).toEqual({ main: 200, other: 0 });
});

it('gives turns to the others as trials fail, the first part keeping half where all but nothing can be measured', async () => {
  const [some, most] = [await shares(2), await shares(100)];
  expect(some.other).toBeGreaterThan(60);
  expect(most.main).toBeGreaterThan(75);
  expect(most.main + most.other).toBe(200);
  expect(most.other).toBeGreaterThan(75);
});
