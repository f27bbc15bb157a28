import fc from 'fast-check';
import { createRng } from 'supersam';
import { describe, expect, it } from 'vitest';
import { createDomain } from '../../src/search-space/create-domain.js';
import type { DomainDefinition } from '../../src/search-space/definition.js';

const definitions: { readonly [title: string]: DomainDefinition } = {
  integer: { type: 'integer', min: -3, max: 9, step: 2 },
  'integer on a logarithmic axis': { type: 'integer', min: 1, max: 9, scale: 'log' },
  'integer with weights': { type: 'integer', min: 0, max: 3, weights: [0, 1, 5, 2] },
  'float in steps': { type: 'float', min: 0.5, max: 2, step: 0.25, scale: 'log2' },
  'power-of-two': { type: 'power-of-two', min: 1, max: 64 },
  boolean: { type: 'boolean', weights: [1, 3] },
  categorical: { type: 'categorical', choices: ['a', 1, true], weights: [1, 0, 2] },
  ordinal: { type: 'ordinal', choices: ['s', 'm', 'l'] },
  permutation: { name: 'p', type: 'permutation', items: [1, 2, 3, 'x'] },
  schedule: { name: 's', type: 'schedule', items: ['a', 'b', 'c', 'd', 'e'], after: { b: ['a'], d: ['a', 'c'] } },
  selector: { name: 's', type: 'selector', choices: ['x', 'y', 'z'], max: 4, cutoffs: 2 },
  'selector with more cutoffs than places': { name: 's', type: 'selector', choices: [1, 2], max: 3, cutoffs: 3 },
  'selector of one choice': { name: 's', type: 'selector', choices: ['only'], max: 5, cutoffs: 2 },
  array: { name: 'a', type: 'array', length: 2, element: { type: 'integer', min: 1, max: 4, scale: 'log' } },
};

describe('the probability of a value is that with which it is sampled', () => {
  const draws = 20_000;
  for (const [title, definition] of Object.entries(definitions)) {
    it(title, () => {
      const domain = createDomain(definition);
      const values = [...domain.all()];
      expect(BigInt(values.length)).toBe(domain.cardinality);
      const counts = new Map(values.map((value) => [JSON.stringify(value), 0]));
      const rng = createRng('probability', title);
      for (let draw = 0; draw < draws; draw++) {
        const key = JSON.stringify(domain.normalize(domain.sample(rng)));
        counts.set(key, counts.get(key)! + 1);
      }
      expect(counts.size).toBe(values.length);
      expect(values.reduce<number>((sum, value) => sum + domain.probability(value), 0)).toBeCloseTo(1, 9);
      for (const value of values) {
        const chance = domain.probability(value);
        const deviation = Math.sqrt(draws * chance * (1 - chance));
        const off = Math.abs(counts.get(JSON.stringify(value))! - draws * chance);
        expect(off, JSON.stringify(value)).toBeLessThanOrEqual(4.5 * deviation + 1e-6);
      }
    });
  }

  it('sums to 1 over the orders of any schedule', () => {
    const schedules = fc
      .array(fc.tuple(fc.nat(4), fc.nat(4)), { maxLength: 6 })
      .map((pairs) => pairs.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const).filter(([a, b]) => a < b));
    fc.assert(
      fc.property(schedules, (pairs) => {
        const after: Record<string, number[]> = {};
        for (const [first, second] of pairs) after[second] = [...(after[second] ?? []), first];
        const domain = createDomain({ name: 's', type: 'schedule', items: [0, 1, 2, 3, 4], after });
        const values = [...domain.all()];
        expect(values.reduce<number>((sum, value) => sum + domain.probability(value), 0)).toBeCloseTo(1, 9);
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});
