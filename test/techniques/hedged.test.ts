import { expect, it } from 'vitest';
import type { SearchSpace } from '../../src/core/space.js';
import type { Technique } from '../../src/core/technique.js';
import { space } from '../../src/search-space/space-builder.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { runStudy } from '../../src/study/run.js';
import hedged from '../../techniques/hedged.js';

const subject = space('s').integer('x', 0, 1_000_000).compile();

const wide = Array.from({ length: 64 }, (_, i) => `y${i}`)
  .reduce((all, name) => all.integer(name, 0, 0), space('w').integer('x', 0, 1_000_000))
  .compile();

/** How many of 200 trials each part proposed, where every `nth` number can be measured. */
async function shares(
  nth: number,
  { over = subject, metrics = ['loss'] }: { readonly over?: SearchSpace; readonly metrics?: readonly string[] } = {},
): Promise<{ readonly main: number; readonly other: number }> {
  const rest = Object.fromEntries(over.parameters.flatMap(({ name }) => (name === 'x' ? [] : [[name, 0]])));
  const part = (name: string, from: number): Technique<number> => ({
    name,
    init: () => from,
    ask: (next) => [[{ x: next, ...rest }], next + 1],
    tell: (next) => next,
  });
  const { trials } = await runStudy({
    name: 's',
    space: over,
    technique: hedged.create({}, [part('main', 0), part('other', 500_000)] as unknown as readonly Technique[]),
    oracle: {
      name: 'x',
      metrics,
      fingerprint: async () => ({}),
      measure: async ({ x }) =>
        Number(x) % nth === 0
          ? { state: 'complete', metrics: Object.fromEntries(metrics.map((metric) => [metric, Number(x)])) }
          : { state: 'infeasible' },
    },
    objectives: metrics.map((metric) => ({ metric, direction: 'min' })),
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

it('leaves all to the others with one objective over more parameters than a process can tell apart', async () => {
  expect(await shares(1, { over: wide })).toEqual({ main: 0, other: 200 });
  expect(await shares(1, { over: wide, metrics: ['loss', 'cost'] })).toEqual({ main: 200, other: 0 });
});
