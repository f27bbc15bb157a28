import fc from 'fast-check';
import { expect, it } from 'vitest';
import { front } from '../../src/pareto/dominance.js';
import {
  EMPTY_FRONT,
  type GrowingFront,
  growFront,
  improvementOf,
  referencePoint,
} from '../../src/pareto/growing-front.js';
import { hypervolume } from '../../src/pareto/hypervolume.js';

type Grown = { readonly front: GrowingFront; readonly gains: readonly number[] };
const grow = (points: readonly (readonly number[])[]): Grown =>
  points.reduce<Grown>(
    (grown, losses) => {
      const gains = [...grown.gains, improvementOf(grown.front, losses)];
      return { front: growFront(grown.front, { losses }), gains };
    },
    { front: EMPTY_FRONT, gains: [] },
  );

it('is the gain over the best for one loss, of the range seen, and positive for every new end of the front', () => {
  expect(grow([[-80], [-79], [-83], [-83]]).gains).toEqual([1, 0, 3 / 4, 0]);
  const { gains } = grow([
    [5, 5],
    [9, 1],
    [1, 9],
    [6, 6],
    [5, 5],
    [4, 4],
  ]);
  expect(gains.map((gain) => gain > 0)).toEqual([true, true, true, false, false, true]);
});

it('has no unit', () => {
  const gainsOf = (a: number, b: number, k: number) =>
    grow(
      Array.from({ length: 30 }, (_, i) => [(i * 17) % 29, -((i * 11) % 31)].slice(0, k).map((loss) => a * loss + b)),
    ).gains;
  for (const k of [1, 2]) {
    for (const [i, gain] of gainsOf(3e6, -1e9, k).entries()) expect(gain).toBeCloseTo(gainsOf(1, 0, k)[i]!, 6);
    expect(Math.max(...gainsOf(1, 0, k))).toBe(1);
  }
});

it('holds the front of all, gains the hypervolume between before and after, and leaves what it grew from alone', () => {
  const points = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 2 }), { minLength: 1 });
  fc.assert(
    fc.property(points, (all) => {
      let grown: GrowingFront = EMPTY_FRONT;
      for (const [i, losses] of all.entries()) {
        const before = Object.freeze({ ...grown, members: Object.freeze([...grown.members]) });
        const next = growFront(before, { losses });
        expect(growFront(before, { losses })).toEqual(next);
        const seen = all.slice(0, i + 1);
        const distinct = new Set(front(seen).map((at) => String(seen[at])));
        expect(new Set(next.members.map((member) => String(member.losses)))).toEqual(distinct);
        const reference = referencePoint(seen);
        const box = reference.reduce((volume, edge, axis) => {
          const best = Math.min(...seen.map((point) => point[axis]!));
          return volume * (edge - best);
        }, 1);
        const gained = hypervolume(seen, reference) - hypervolume(seen.slice(0, -1), reference);
        expect(improvementOf(before, losses)).toBeCloseTo(gained / box, 9);
        grown = next;
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

it('refers to a tenth of the range beyond the worst, to 1 beyond where there is no range', () => {
  expect(
    referencePoint([
      [0, 7],
      [10, 7],
    ]),
  ).toEqual([11, 8]);
  expect(referencePoint([])).toEqual([]);
});
