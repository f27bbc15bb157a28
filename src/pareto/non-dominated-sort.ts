import { front } from './front.js';

/**
 * The points (losses; smaller is better) as successive fronts of indices: the first dominates the second, and so on
 * (Deb et al. 2002). Every index occurs once; each front is in ascending order.
 */
export function nonDominatedSort(points: readonly (readonly number[])[]): number[][] {
  const fronts: number[][] = [];
  let left = points.map((_, i) => i);
  while (left.length > 0) {
    const members = front(left.map((i) => points[i]!)).map((position) => left[position]!);
    const taken = new Set(members);
    fronts.push(members);
    left = left.filter((i) => !taken.has(i));
  }
  return fronts;
}
