import { front } from './front.js';
import { sweptVolume } from './swept-volume.js';

/**
 * The volume that the points (losses; smaller is better) dominate up to the reference point. Exact for any number of
 * losses: a sweep for up to three, else exclusive volumes by the WFG recursion (While, Bradstreet and Barone 2012).
 * Points that do not lie below the reference in every loss add nothing.
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = points.filter((point) => point.every((loss, i) => loss < reference[i]!));
  if (inside.length === 0) return 0;
  if (reference.length === 1) return reference[0]! - inside.reduce((least, [loss]) => Math.min(least, loss!), Infinity);
  if (reference.length === 2) return area(inside, reference);
  return reference.length === 3 ? sweptVolume(inside, reference) : recurse(inside, reference);
}

function area(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const sorted = [...points].sort((a, b) => a[0]! - b[0]!);
  let lowest = reference[1]!;
  let sum = 0;
  for (const point of sorted) {
    if (point[1]! >= lowest) continue;
    sum += (reference[0]! - point[0]!) * (lowest - point[1]!);
    lowest = point[1]!;
  }
  return sum;
}

/** Each member counts what those after it leave of its box. Worst last loss first keeps the clipped sets small. */
function recurse(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const members = distinct(front(points).map((i) => points[i]!)).sort((a, b) => b.at(-1)! - a.at(-1)!);
  return members.reduce((sum, member, i) => {
    const box = member.reduce((volume, loss, axis) => volume * (reference[axis]! - loss), 1);
    const clipped = members.slice(i + 1).map((other) => other.map((loss, axis) => Math.max(loss, member[axis]!)));
    return sum + box - (clipped.length === 0 ? 0 : recurse(clipped, reference));
  }, 0);
}

function distinct(points: readonly (readonly number[])[]): (readonly number[])[] {
  return [...new Map(points.map((point) => [point.join(), point])).values()];
}
