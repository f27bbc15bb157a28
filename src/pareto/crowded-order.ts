import { crowdingDistance } from './crowding-distance.js';
import { nonDominatedSort } from './non-dominated-sort.js';

/**
 * The indices of the points (losses; smaller is better), best first: by front, within a front the least crowded first
 * (the crowded comparison of NSGA-II, Deb et al. 2002), equals the latest first. One loss: simply from the least on.
 */
export function crowdedOrder(points: readonly (readonly number[])[]): number[] {
  return nonDominatedSort(points).flatMap((members) => {
    const crowding = crowdingDistance(members.map((i) => points[i]!));
    const order = [...members.keys()].sort((a, b) => descending(crowding[a]!, crowding[b]!) || b - a);
    return order.map((position) => members[position]!);
  });
}

/** Two infinite distances are equal, not NaN apart. */
const descending = (a: number, b: number) => (a === b ? 0 : a > b ? -1 : 1);
