import { front } from '../pareto/dominance.js';

/**
 * Indices of at most `count` of the points (losses), ascending: half of them the best, front by front, and the rest
 * spread evenly over the others in the order given. It keeps what a surrogate costs within bounds.
 */
export function chooseTrials(points: readonly (readonly number[])[], count: number): number[] {
  if (points.length <= count) return points.map((_, i) => i);
  const chosen = new Set(bestTrials(points, Math.ceil(count / 2)));
  const others = points.map((_, i) => i).filter((i) => !chosen.has(i));
  const rest = count - chosen.size;
  for (let k = 0; k < rest; k++) chosen.add(others[Math.floor(((k + 0.5) * others.length) / rest)]!);
  return [...chosen].sort((a, b) => a - b);
}

/** Indices of the `count` best points, front by front; within the last front, and with one loss, those told first. */
export function bestTrials(points: readonly (readonly number[])[], count: number): number[] {
  let left = points.map((_, i) => i);
  if (points[0]?.length === 1) return left.sort((a, b) => points[a]![0]! - points[b]![0]! || a - b).slice(0, count);
  const chosen: number[] = [];
  while (left.length > 0 && chosen.length < count) {
    const members = new Set(front(left.map((i) => points[i]!)).map((position) => left[position]!));
    chosen.push(...members);
    left = left.filter((i) => !members.has(i));
  }
  return chosen.slice(0, count);
}
