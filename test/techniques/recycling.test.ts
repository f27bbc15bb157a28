import { expect, it } from 'vitest';
import type { Technique } from '../../src/core/technique.js';
import { space } from '../../src/search-space/space-builder.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { runStudy } from '../../src/study/run.js';
import recycling from '../../techniques/recycling.js';

const subject = space('s').integer('x', 0, 1_000_000).compile();

/** Proposes downwards from `from`, and notes what the newborn hears first. */
function part(name: string, from: number, births: string[]): Technique<number> {
  return {
    name,
    init: ({ trials }) => {
      births.push(`${name} after ${trials.length}`);
      return from;
    },
    ask: (next) => [[{ x: next }], next - 1],
    tell: (next) => next,
  };
}

it('starts anew the part that gains nothing, never the one that gains', async () => {
  const births: string[] = [];
  const parts = [part('stuck', 900_000, births), part('gaining', 1000, births)];
  const { trials } = await runStudy({
    name: 's',
    space: subject,
    technique: recycling.create({ window: 20, factor: 5 }, parts as unknown as readonly Technique[]),
    oracle: {
      name: 'x',
      metrics: ['loss'],
      fingerprint: async () => ({}),
      measure: async ({ x }) => ({ state: 'complete', metrics: { loss: Number(x) } }),
    },
    objectives: [{ metric: 'loss', direction: 'min' }],
    seed: 1,
    store: createMemoryStore(),
    budget: { trials: 62 },
  });
  // Of the first 20 both gained: the very first trial is an improvement.
  expect(births.slice(0, 2)).toEqual(['stuck after 0', 'gaining after 0']);
  expect(births.slice(2).every((birth) => birth.startsWith('stuck after '))).toBe(true);
  expect(births.length).toBeGreaterThan(2);
  expect(trials.filter(({ technique }) => technique === 'recycling/gaining').length).toBeGreaterThan(25);
});
