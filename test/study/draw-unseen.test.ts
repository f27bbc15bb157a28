import { createRng, type SearchSpace, space } from 'supersam';
import { expect, it } from 'vitest';
import { drawUnseen } from '../../src/study/propose.js';

/** How many different configurations are drawn before there is nothing left, at most `most`. */
function countDraws(searched: SearchSpace, most: number): number {
  const seen = new Set<string>();
  while (seen.size < most) {
    const drawn = drawUnseen(searched, seen, createRng('unseen', seen.size));
    if (drawn === undefined) break;
    seen.add(searched.key(drawn));
  }
  return seen.size;
}

it('draws every configuration of a small space once, then none', () => {
  expect(
    countDraws(
      space('s')
        .integer('a', 1, 5)
        .boolean('b', { weights: [1, 0] })
        .compile(),
      100,
    ),
  ).toBe(10);
});

it('does not call a continuum exhausted because draws hardly ever reach it', () => {
  const rare = space('s')
    .categorical('kind', ['plain', 'tuned'], { weights: [1e6, 1] })
    .float('x', 0, 1, { when: "kind == 'tuned'" })
    .compile();
  expect(countDraws(rare, 20)).toBe(20);
  const never = space('s')
    .categorical('kind', ['plain', 'tuned'], { weights: [1, 0] })
    .float('x', 0, 1, { when: "kind == 'tuned'" })
    .compile();
  expect(countDraws(never, 20)).toBe(20);
});

it('finds what is left of a large finite space that draws leave out', () => {
  const weights = Array.from({ length: 2000 }, (_, i) => (i === 0 ? 1 : 0));
  const wide = space('s').integer('a', 1, 2000, { weights }).integer('b', 1, 2000, { weights }).compile();
  expect(countDraws(wide, 20)).toBe(20);
});

it('ends where a continuum holds a handful of numbers', () => {
  expect(
    countDraws(
      space('s')
        .float('x', 1, 1 + 4 * Number.EPSILON)
        .compile(),
      100,
    ),
  ).toBeLessThanOrEqual(5);
});
