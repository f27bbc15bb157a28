import { nonDominatedSort } from './dominance.js';

/**
 * How lonely each point of one front is (NSGA-II, Deb et al. 2002): the sum over the losses of the gap between its
 * neighbours, each divided by the front's range. Points at an end of any loss get Infinity; a loss in which all agree
 * adds nothing.
 */
export function crowdingDistance(points: readonly (readonly number[])[]): number[] {
  const distances = points.map(() => 0);
  for (const axis of points[0]?.keys() ?? []) {
    const order = points.map((_, i) => i).sort((a, b) => points[a]![axis]! - points[b]![axis]! || a - b);
    const loss = (position: number) => points[order[position]!]![axis]!;
    const last = order.length - 1;
    const range = loss(last) - loss(0);
    if (range === 0 && order.length > 2) continue;
    distances[order[0]!] = Infinity;
    distances[order[last]!] = Infinity;
    for (let position = 1; position < last; position++) {
      distances[order[position]!]! += (loss(position + 1) - loss(position - 1)) / range;
    }
  }
  return distances;
}

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
