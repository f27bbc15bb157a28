import { hypervolume } from './hypervolume.js';

/** The hypervolume that `point` adds to `points` (losses; smaller is better) up to the reference point. Exact. */
export function hypervolumeImprovement(
  points: readonly (readonly number[])[],
  point: readonly number[],
  reference: readonly number[],
): number {
  const box = point.reduce((volume, loss, i) => volume * Math.max(0, reference[i]! - loss), 1);
  if (box === 0) return 0;
  const clipped = points.map((other) => other.map((loss, i) => Math.max(loss, point[i]!)));
  return Math.max(0, box - hypervolume(clipped, reference));
}
