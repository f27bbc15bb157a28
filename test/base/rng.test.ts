import { describe, expect, it } from 'vitest';
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

/** How many standard deviations chi² of 64 equal bins is from what uniform numbers give. */
function chiSquareZ(uniforms: readonly number[]): number {
  const bins = 64;
  const counts = new Array<number>(bins).fill(0);
  for (const u of uniforms) counts[Math.floor(u * bins)] = (counts[Math.floor(u * bins)] as number) + 1;
  const expected = uniforms.length / bins;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chiSquare - (bins - 1)) / Math.sqrt(2 * (bins - 1));
}

describe('generators of neighbouring keys are independent', () => {
  const count = 20_000;
  const keyLists: Record<string, (i: number) => (string | number)[]> = {
    'steps of a study': (i) => ['study', 7, 'ask', i],
    'seeds of a study': (i) => ['study', i, 'ask', 3],
    'two digits and a step': (i) => [Math.floor(i / 100), 'tell', i % 100],
    'names that end alike': (i) => [`technique-${i}`, 'ask'],
    'names that begin alike': (i) => ['ask', `${String.fromCharCode(97 + (i % 26))}${Math.floor(i / 26)}`],
    'a number alone': (i) => [i],
  };
  for (const [title, keys] of Object.entries(keyLists)) {
    it(`draws evenly over ${title}, and so do the differences of neighbours`, () => {
      const generators = Array.from({ length: count }, (_, i) => createRng(...keys(i)));
      for (const draw of ['first', 'second']) {
        const uniforms = generators.map((rng) => rng.float());
        // Differences of independent uniforms, wrapped around 1, are uniform and pairwise independent.
        const steps = (gap: number) => uniforms.slice(gap).map((u, i) => (((u - (uniforms[i] as number)) % 1) + 1) % 1);
        expect(Math.abs(chiSquareZ(uniforms)), `${draw} draws`).toBeLessThan(4);
        for (const gap of [1, 2, 10]) {
          expect(Math.abs(chiSquareZ(steps(gap))), `${draw} draws ${gap} apart`).toBeLessThan(4);
        }
      }
    });
  }
});
