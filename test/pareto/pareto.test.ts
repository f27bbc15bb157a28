import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crowdingDistance } from '../../src/pareto/crowding.js';
import { dominates, front, fronts, inOrder, nonDominatedSort } from '../../src/pareto/dominance.js';
import { hypervolume, hypervolumeImprovement } from '../../src/pareto/hypervolume.js';
import macroFront from './nas-bench-macro-front.json' with { type: 'json' };

const SIDE = 6;
/** Points on a small grid, so that ties and equal points are common and volumes can be counted in unit boxes. */
const grid = (objectives: number, maxLength = 12) =>
  fc.array(fc.array(fc.integer({ min: 0, max: SIDE }), { minLength: objectives, maxLength: objectives }), {
    maxLength,
  });
const anyGrid = fc.integer({ min: 1, max: 4 }).chain((objectives) => grid(objectives, 14));

/** Counts the unit boxes below (SIDE, …, SIDE) whose lower corner some point covers. */
function countedVolume(points: readonly (readonly number[])[], objectives: number): number {
  let count = 0;
  for (let code = 0; code < SIDE ** objectives; code++) {
    const corner = Array.from({ length: objectives }, (_, i) => Math.floor(code / SIDE ** i) % SIDE);
    if (points.some((point) => point.every((loss, i) => loss <= corner[i]!))) count++;
  }
  return count;
}

describe('front', () => {
  it('is what comparing all pairs finds', () => {
    fc.assert(
      fc.property(anyGrid, (points) => {
        const slow = [...points.keys()].filter((i) => !points.some((other) => dominates(other, points[i]!)));
        expect(front(points)).toEqual(slow);
      }),
      { numRuns: 500 },
    );
  });
});

describe('hypervolume', () => {
  for (const objectives of [1, 2, 3, 4]) {
    const reference = Array.from({ length: objectives }, () => SIDE);
    it(`counts the boxes covered with ${objectives} objectives`, () => {
      fc.assert(
        fc.property(grid(objectives), (points) => {
          expect(hypervolume(points, reference)).toBe(countedVolume(points, objectives));
        }),
        { numRuns: 100 },
      );
    });

    it(`grows by the improvement with ${objectives} objectives`, () => {
      fc.assert(
        fc.property(grid(objectives), grid(objectives, 1), (points, [point]) => {
          if (point === undefined) return;
          const grown = hypervolume([...points, point], reference) - hypervolume(points, reference);
          expect(hypervolumeImprovement(points, point, reference)).toBe(grown);
        }),
        { numRuns: 100 },
      );
    });
  }
});

describe('nonDominatedSort', () => {
  it('puts every point behind the front that dominates it', () => {
    fc.assert(
      fc.property(anyGrid, (points) => {
        const fronts = nonDominatedSort(points);
        expect(fronts.flat().sort((a, b) => a - b)).toEqual([...points.keys()]);
        for (const [rank, members] of fronts.entries()) {
          for (const i of members) {
            expect(members.some((j) => dominates(points[j]!, points[i]!))).toBe(false);
            if (rank > 0) expect(fronts[rank - 1]!.some((j) => dominates(points[j]!, points[i]!))).toBe(true);
          }
        }
      }),
    );
  });
});

describe('crowdingDistance', () => {
  it('sums the gaps to the neighbours, in parts of the range', () => {
    const points = [
      [0, 4],
      [1, 2],
      [4, 0],
      [3, 1],
    ];
    expect(crowdingDistance(points)).toEqual([Infinity, 3 / 4 + 3 / 4, Infinity, 3 / 4 + 2 / 4]);
  });

  it('takes any number of points', () => {
    expect(crowdingDistance([])).toEqual([]);
    expect(crowdingDistance([[1, 1]])).toEqual([Infinity]);
  });
});

describe('NAS-Bench-Macro (error, MFLOPs)', () => {
  it('takes a front of ten thousand points with three objectives, whose volume is known', () => {
    const last = 140;
    const axis = Array.from({ length: last + 1 }, (_, i) => i);
    const points = axis.flatMap((i) => axis.slice(0, last - i + 1).map((j) => [i, j, last - i - j]));
    expect(points).toHaveLength(10_011);
    // Of the (last + 1)³ unit boxes those are left out whose corner has a sum below `last`.
    const below = ((last + 2) * (last + 1) * last) / 6;
    expect(hypervolume(points, [last + 1, last + 1, last + 1])).toBe((last + 1) ** 3 - below);
  });

  it('has the published hypervolume 1076.28 at (20, 110) from 35 front points', () => {
    expect(front(macroFront)).toHaveLength(35);
    expect(macroFront).toHaveLength(35);
    expect(hypervolume(macroFront, [20, 110])).toBeCloseTo(1076.28, 2);
  });

  const table = resolve('../shared/tables/nas-bench-macro/nas-bench-macro_cifar10.json');
  it.skipIf(!existsSync(table))('gives that front from all 6561 networks', () => {
    type Rows = { readonly [name: string]: { readonly mean_acc: number; readonly flops: number } };
    const rows = Object.values(JSON.parse(readFileSync(table, 'utf8')) as Rows);
    const points = rows.map(({ mean_acc, flops }) => [100 - mean_acc, flops / 1e6]);
    const members = front(points).map((i) => points[i]!);
    // Networks that differ only in where they skip a layer measure the same: 66 networks share the 35 points.
    expect(members).toHaveLength(66);
    const distinct = [...new Map(members.map((point) => [String(point), point])).values()];
    expect(distinct.sort((a, b) => a[0]! - b[0]!)).toEqual(macroFront);
    expect(hypervolume(points, [20, 110])).toBeCloseTo(1076.28, 2);
  });
});

it('finds the same fronts whatever order it starts from', () => {
  const losses = fc.integer({ min: 0, max: 6 });
  const cloud = fc.integer({ min: 1, max: 3 }).chain((width) => {
    const point = fc.array(losses, { minLength: width, maxLength: width });
    return fc.array(point, { maxLength: 40 });
  });
  fc.assert(
    fc.property(cloud, fc.infiniteStream(fc.nat()), fc.nat(45), (points, draws, length) => {
      // Some order of the first points, as one of a study that was shorter, or of one that was longer.
      const near = Array.from({ length }, (_, i) => i);
      for (let i = near.length - 1; i > 0; i--) {
        const j = draws.next().value % (i + 1);
        [near[i], near[j]] = [near[j]!, near[i]!];
      }
      expect(inOrder(points, near)).toEqual(inOrder(points));
      expect(front(points, near)).toEqual(front(points));
      expect([...fronts(points, near)]).toEqual([...fronts(points)]);
    }),
    { seed: 1, numRuns: 300 },
  );
});
