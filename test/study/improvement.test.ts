import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hypervolumeGain } from '../../src/study/hypervolume-gain.js';
import { createImprovementMeter } from '../../src/study/improvement.js';

const SIDE = 5;
/** Counts the unit cells of a grid that the points dominate. */
function cells(points: readonly (readonly number[])[], dimensions: number): number {
  let count = 0;
  for (let cell = 0; cell < SIDE ** dimensions; cell++) {
    const corner = Array.from({ length: dimensions }, (_, axis) => Math.floor(cell / SIDE ** axis) % SIDE);
    if (points.some((point) => point.every((loss, axis) => loss <= (corner[axis] as number)))) count++;
  }
  return count;
}

it.each([2, 3, 4])('gains the cells of a grid that no other point covers (%i objectives)', (dimensions) => {
  const point = fc.array(fc.integer({ min: 0, max: SIDE + 1 }), { minLength: dimensions, maxLength: dimensions });
  const reference = Array<number>(dimensions).fill(SIDE);
  fc.assert(
    fc.property(fc.array(point, { maxLength: 8 }), point, (front, added) => {
      const gain = cells([...front, added], dimensions) - cells(front, dimensions);
      expect(hypervolumeGain(front, added, reference)).toBe(gain);
    }),
  );
});

it('is the gain over the best for one objective and positive for every new end of the front', () => {
  const one = createImprovementMeter([{ metric: 'accuracy', direction: 'max' }]);
  expect([80, 79, 83, 83].map((value) => one.add([value]))).toEqual([1, 0, 3, 0]);
  const two = createImprovementMeter([
    { metric: 'error', direction: 'min' },
    { metric: 'macs', direction: 'min' },
  ]);
  const gains = [
    [5, 5],
    [9, 1],
    [1, 9],
    [6, 6],
    [5, 5],
    [4, 4],
  ].map((values) => two.add(values));
  expect(gains.map((gain) => gain > 0)).toEqual([true, true, true, false, false, true]);
});
