import { front } from './dominance.js';
import { createStaircase } from './staircase.js';

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

/**
 * The volume that points with three losses, all below the reference point, dominate up to it: a sweep along the last
 * loss that keeps the front of the other two in order and the area it dominates (Fonseca, Paquete and López-Ibáñez,
 * 2006; Beume et al., 2009).
 */
function sweptVolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const [right, top, end] = reference as [number, number, number];
  const sorted = [...points].sort((a, b) => a[2]! - b[2]!);
  const steps = createStaircase(right, top);
  let [volume, level] = [0, end];
  for (const [x, y, z] of sorted as unknown as readonly [number, number, number][]) {
    volume += steps.area * Math.max(0, z - level);
    level = z;
    steps.enter(x, y);
  }
  return volume + steps.area * Math.max(0, end - level);
}
