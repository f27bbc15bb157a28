import { fronts } from '../pareto/dominance.js';
import { referencePoint } from '../pareto/growing-front.js';
import { hypervolumeContributions, hypervolumeImprovement } from '../pareto/hypervolume.js';

export interface TrialSplit {
  /** Indices of the good points and how much each weighs. */
  readonly good: readonly number[];
  readonly weights: readonly number[];
  readonly bad: readonly number[];
}

const LEAST_WEIGHT = 0.1;

/**
 * Splits points (losses) into the `count` best and the others. One loss: by value. Several: front by front, and where a
 * front does not fit whole, greedily by the hypervolume each adds; the good weigh by their hypervolume contribution
 * (MOTPE: Ozaki et al., 2022, section 4).
 */
export function splitTrials(points: readonly (readonly number[])[], count: number): TrialSplit {
  if ((points[0]?.length ?? 1) === 1) {
    const order = points.map((_, i) => i).sort((a, b) => points[a]![0]! - points[b]![0]! || a - b);
    const good = order.slice(0, count);
    return { good, weights: good.map(() => 1), bad: order.slice(count) };
  }
  const reference = referencePoint(points);
  const good: number[] = [];
  for (const members of fronts(points)) {
    const room = count - good.length;
    good.push(...(members.length <= room ? members : greedy(points, members, room, reference)));
    if (good.length === count) break;
  }
  const contributions = hypervolumeContributions(
    good.map((i) => points[i]!),
    reference,
  );
  const most = contributions.reduce((a, b) => Math.max(a, b), 0) || 1;
  const chosen = new Set(good);
  return {
    good,
    weights: contributions.map((gain) => Math.max(LEAST_WEIGHT, gain / most)),
    bad: points.map((_, i) => i).filter((i) => !chosen.has(i)),
  };
}

function greedy(
  points: readonly (readonly number[])[],
  members: readonly number[],
  count: number,
  reference: readonly number[],
): number[] {
  const chosen: number[] = [];
  const left = [...members];
  while (chosen.length < count) {
    const own = chosen.map((i) => points[i]!);
    const gains = left.map((i) => hypervolumeImprovement(own, points[i]!, reference));
    chosen.push(...left.splice(gains.indexOf(Math.max(...gains)), 1));
  }
  return chosen;
}
