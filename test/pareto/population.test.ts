import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crowdedOrder, dominates, extendFront, front, hypervolume, hypervolumeContributions } from '../../src/kit.js';

const points = (objectives: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: objectives, maxLength: objectives }), {
    minLength: 1,
    maxLength: 12,
  });
const anyPoints = fc.integer({ min: 1, max: 3 }).chain(points);

describe('what populations choose by', () => {
  it('the crowded order is a permutation in which nothing comes after what it dominates', () => {
    fc.assert(
      fc.property(anyPoints, (set) => {
        const order = crowdedOrder(set);
        expect([...order].sort((a, b) => a - b)).toEqual([...set.keys()]);
        for (const [place, i] of order.entries()) {
          for (const j of order.slice(place + 1)) expect(dominates(set[j]!, set[i]!)).toBe(false);
        }
      }),
    );
  });

  it('one loss is ordered from the least on, the ends of a front come before its crowded middle', () => {
    expect(crowdedOrder([[3], [1], [2]])).toEqual([1, 2, 0]);
    // Gaps of the members between the ends 0 and 4: (0.1, 3.9) is nearest to others.
    expect(
      crowdedOrder([
        [0, 4],
        [0.1, 3.9],
        [2, 2],
        [4, 0],
        [5, 5],
      ]),
    ).toEqual([3, 0, 2, 1, 4]);
  });

  it('a contribution is the hypervolume lost with the point', () => {
    fc.assert(
      fc.property(anyPoints, (set) => {
        const reference = set[0]!.map(() => 6);
        const all = hypervolume(set, reference);
        for (const [i, own] of hypervolumeContributions(set, reference).entries()) {
          expect(own).toBeCloseTo(all - hypervolume(set.toSpliced(i, 1), reference), 9);
        }
      }),
    );
  });

  it('a front extended point by point is the front of all, one of equals', () => {
    fc.assert(
      fc.property(anyPoints, (set) => {
        const grown = set.map((losses) => ({ losses })).reduce<{ losses: number[] }[]>(extendFront, []);
        const expected = new Set(front(set).map((i) => set[i]!.join()));
        expect(grown.map(({ losses }) => losses.join()).sort()).toEqual([...expected].sort());
      }),
    );
  });
});
