import { expect, it } from 'vitest';
import { createTechnique } from '../../src/plugins/create-technique.js';
import { defineTechnique } from '../../src/technique-kit/define-technique.js';
import bandit from '../../techniques/bandit.js';
import greedy from '../../techniques/greedy-mutation.js';

let given: unknown;
const probe = defineTechnique({
  name: 'probe',
  description: 'shows its options',
  options: {
    n: { type: 'integer', default: 3, min: 1, max: 9, description: 'a count' },
    fast: { type: 'boolean', default: false, description: 'a switch' },
  },
  create(options) {
    given = options;
    return { init: () => null, ask: (state: null) => [[], state], tell: (state) => state };
  },
});
const registry = new Map([probe, greedy, bandit].map((definition) => [definition.name, definition]));

it('reads options by type and fills in defaults', () => {
  expect(createTechnique('probe', registry).name).toBe('probe');
  expect(given).toEqual({ n: 3, fast: false });
  createTechnique('probe:n=5,fast=true', registry);
  expect(given).toEqual({ n: 5, fast: true });
});

it('builds composites of techniques with options of their own', () => {
  createTechnique('bandit:arms=greedy-mutation(kind=normal,rate=0.3)+probe(n=7),window=9', registry);
  expect(given).toEqual({ n: 7, fast: false });
});

it.each([
  ['prob', /unknown technique "prob"/],
  ['probe:m=1', /no option "m"/],
  ['probe:n=1.5', /not of type integer/],
  ['probe:n=10', /outside 1 to 9/],
  ['probe:n', /not option=value/],
  ['greedy-mutation:kind=odd', /cannot be "odd"/],
  ['bandit:arms=probe+probe', /named twice/],
])('refuses %s and says what to do', (spec, message) => {
  expect(() => createTechnique(spec, registry)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(message), remedy: expect.any(String) }),
  );
});
