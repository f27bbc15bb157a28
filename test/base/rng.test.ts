import { expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';

const draws = (...keys: (string | number)[]) => {
  const rng = createRng(...keys);
  return Array.from({ length: 5 }, () => rng.float());
};

it('repeats itself for the same keys and keeps joined keys apart', () => {
  expect(draws('study', 1)).toEqual(draws('study', 1));
  expect(draws('study', 1)).not.toEqual(draws('study', 11));
  expect(draws('a', 1)).not.toEqual(draws('a1'));
});

it('draws integers over the whole closed range and shuffles without loss', () => {
  const rng = createRng(7);
  const seen = new Set(Array.from({ length: 300 }, () => rng.int(-1, 2)));
  expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  expect(rng.shuffle([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
});
