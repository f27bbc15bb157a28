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

const every = (nth: number) => (x: number) => x % nth === 0;

/** How many trials each part proposed, and how many were leaps. The main one proposes 0, 1, …, the other one 500,000, 500,001, … */
async function shares(
  canBeMeasured: (x: number) => boolean,
  {
    over = subject,
    metrics = ['loss'],
    budget = 200,
  }: { readonly over?: SearchSpace; readonly metrics?: readonly string[]; readonly budget?: number } = {},
): Promise<{ readonly main: number; readonly other: number; readonly leap: number }> {
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
        canBeMeasured(Number(x))
          ? { state: 'complete', metrics: Object.fromEntries(metrics.map((metric) => [metric, Number(x)])) }
          : { state: 'infeasible' },
    },
    objectives: metrics.map((metric) => ({ metric, direction: 'min' })),
    seed: 1,
    store: createMemoryStore(),
    budget: { trials: budget },
  });
  const by = (name: string) => trials.filter(({ technique }) => technique === `hedged/${name}`).length;
  return { main: by('main'), other: by('other'), leap: by('leap') };
}

it('leaves all to the first part where everything can be measured', async () => {
  expect(await shares(() => true)).toEqual({ main: 200, other: 0, leap: 0 });
});

it('gives turns to the others as trials fail, the first part keeping half where all but nothing can be measured', async () => {
  const [some, most] = [await shares(every(2)), await shares(every(100))];
  expect(some.other + some.leap).toBeGreaterThan(60);
  expect(most.main).toBeGreaterThan(75);
  expect(most.main + most.other + most.leap).toBe(200);
  expect(most.other + most.leap).toBeGreaterThan(75);
});

it('leaps in these turns from 40 trials on, as often as what the first part proposed lately could be measured', async () => {
  const sure = (x: number) => x >= 20 && x < 1000;
  expect((await shares(sure, { budget: 40 })).leap).toBe(0);
  const early = (await shares(sure, { budget: 60 })).other;
  const [most, some] = [await shares(sure), await shares(every(3))];
  expect(most.leap).toBeGreaterThan(30);
  expect(most.other - early).toBeLessThan(5);
  expect(some.leap).toBeGreaterThan(15);
  expect(some.other).toBeGreaterThan(some.leap);
});

it('leaves all to the others with one objective over more parameters than a process can tell apart', async () => {
  expect(await shares(() => true, { over: wide })).toEqual({ main: 0, other: 200, leap: 0 });
  expect(await shares(() => true, { over: wide, metrics: ['loss', 'cost'] })).toEqual({ main: 200, other: 0, leap: 0 });
});
