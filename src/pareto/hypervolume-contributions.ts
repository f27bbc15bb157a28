import { hypervolumeImprovement } from './hypervolume-improvement.js';

/**
 * What each point (losses; smaller is better) alone adds to the hypervolume of all of them up to the reference point;
 * equal points add nothing. Exact; takes as many hypervolumes as there are points.
 */
export function hypervolumeContributions(
  points: readonly (readonly number[])[],
  reference: readonly number[],
): number[] {
  return points.map((point, i) => hypervolumeImprovement(points.toSpliced(i, 1), point, reference));
}
