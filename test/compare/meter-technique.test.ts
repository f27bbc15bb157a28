import { expect, it } from 'vitest';
import type { Json } from '../../src/base/json.js';
import { type MeteredState, meterTechnique } from '../../src/compare/meter-technique.js';
import type { Technique } from '../../src/core/technique.js';
import { createMemoryStore, createRng, type FinishedTrial, runStudy } from '../../src/index.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const space = choiceSpace({ a: [1, 2, 3, 4, 5], b: [1, 2, 3, 4, 5] });
const objectives = [{ metric: 'error', direction: 'min' }] as const;
const oracle = {
  name: 'sum',
  metrics: ['error'],
  fingerprint: async () => ({}),
  measure: async (configuration: { readonly [name: string]: unknown }) => ({
    state: 'complete' as const,
    metrics: { error: Number(configuration['a']) + Number(configuration['b']) },
  }),
};
const random: Technique = {
  name: 'random',
  init: () => null,
  ask: (state, _, context) => [[context.space.sample(context.rng)], state],
  tell: (state) => state,
};

it('counts illegal and repeated proposals', () => {
  const trial = (a: number): FinishedTrial => ({
    ...{ number: a, technique: 'x', configuration: { a, b: 1 }, state: 'complete', values: [a], metrics: null },
    improvement: 0,
  });
  const proposals = [
    { a: 1, b: 1 },
    { a: 4, b: 1 },
    { a: 4, b: 1 },
    { a: 9, b: 1 },
    { a: 2, b: 2 },
  ];
  const technique: Technique = { ...random, ask: (state: Json) => [proposals, state] };
  const metered = meterTechnique(technique, () => 0.5);
  const context = { space, objectives, trials: [trial(1), trial(2)], rng: createRng(1) };
  const state = metered.init(context) as MeteredState;
  const [given, asked] = metered.ask(state, 4, context);
  expect(given).toBe(proposals);
  // The fifth is cut off by the study. Of the four: one measured before, one twice in a row, one outside the space.
  expect(asked.meter).toEqual({ asked: 4, illegal: 1, repeated: 2, engineSeconds: 0.5 });
});

it('changes nothing of a study', async () => {
  const run = async (technique: Technique) => {
    const { trials } = await runStudy({
      ...{ name: 's', space, oracle, objectives, seed: 4, store: createMemoryStore(), budget: { trials: 20 } },
      technique,
    });
    return trials;
  };
  expect(await run(meterTechnique(random, () => 0) as unknown as Technique)).toEqual(await run(random));
});
