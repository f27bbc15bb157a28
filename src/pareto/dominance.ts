/** True when `a` is no worse than `b` in every loss and better in at least one (smaller is better). */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  // Fronts of a hundred thousand trials are grown by this: an iterator takes many times as long.
  for (let i = 0; i < a.length; i++) {
    const [loss, other] = [a[i] as number, b[i] as number];
    if (loss > other) return false;
    if (loss < other) better = true;
  }
  return better;
}

/**
 * The indices of the non-dominated points (losses; smaller is better), in ascending order. Equal points do not dominate
 * one another, so all copies of a front member are returned. One and two losses take n log n, more take n times the
 * size of the front.
 *
 * @param near all or the first indices in about the order of their points, from `inOrder` of points much like them: the
 *   same comes of it sooner.
 */
export function front(points: readonly (readonly number[])[], near: readonly number[] = []): number[] {
  const order = inOrder(points, near);
  const members = hasFewLosses(points) ? sweep(points, order) : scan(points, order).members;
  return members.sort((a, b) => a - b);
}

/**
 * The points (losses; smaller is better) as successive fronts of indices: the first dominates the second, and so on
 * (Deb et al. 2002). Every index occurs once; each front is in ascending order, and of three losses or more worked out
 * when it is asked for.
 *
 * @param near as of `front`
 */
export function* fronts(
  points: readonly (readonly number[])[],
  near: readonly number[] = [],
): Generator<number[], void> {
  let left: readonly number[] = inOrder(points, near);
  if (hasFewLosses(points)) {
    for (const members of sweepAll(points, left)) yield members.sort((a, b) => a - b);
    return;
  }
  while (left.length > 0) {
    const { members, others } = scan(points, left);
    yield members.sort((a, b) => a - b);
    left = others;
  }
}

/** All fronts (`fronts`). */
export const nonDominatedSort = (points: readonly (readonly number[])[]): number[][] => [...fronts(points)];

/** The indices of the points from the lexicographically least on, equal ones ascending; `near` as of `front`. */
export function inOrder(points: readonly (readonly number[])[], near: readonly number[] = []): number[] {
  const known = near.length <= points.length ? near.length : 0;
  const order = points.map((_, i) => (i < known ? near[i]! : i));
  // What is nearly sorted takes a comparison or two an item.
  return order.sort((a, b) => lexicographic(points[a]!, points[b]!) || a - b);
}

const hasFewLosses = (points: readonly (readonly number[])[]) => points[0] !== undefined && points[0].length <= 2;

/** From the lowest first loss on, a point belongs when its last loss is below all before, or when it equals the last member. */
function sweep(points: readonly (readonly number[])[], order: readonly number[]): number[] {
  const members: number[] = [];
  let last: readonly number[] | undefined;
  for (const i of order) {
    const point = points[i]!;
    if (last !== undefined && point.at(-1)! >= last.at(-1)! && lexicographic(point, last) !== 0) continue;
    members.push(i);
    last = point;
  }
  return members;
}

/**
 * All fronts in one sweep. A point belongs to the first front whose last loss so far is above its own, or to that of the point before it,
 * when it equals it; the last losses ascend from front to front, so that halving finds it (Jensen, 2003).
 */
function sweepAll(points: readonly (readonly number[])[], order: readonly number[]): number[][] {
  const found: number[][] = [];
  const lowest: number[] = [];
  let before: readonly number[] | undefined;
  let at = 0;
  for (const i of order) {
    const point = points[i]!;
    const loss = point.at(-1)!;
    if (before === undefined || lexicographic(point, before) !== 0) {
      let end = found.length;
      for (at = 0; at < end; ) {
        const middle = (at + end) >> 1;
        if (lowest[middle]! > loss) end = middle;
        else at = middle + 1;
      }
    }
    if (at === found.length) found.push([]);
    found[at]!.push(i);
    lowest[at] = loss;
    before = point;
  }
  return found;
}

/** In lexicographic order nothing is dominated by what comes after it, so members never have to be taken back. */
function scan(points: readonly (readonly number[])[], order: readonly number[]): Parted {
  const [members, others]: [number[], number[]] = [[], []];
  for (const i of order) {
    const isWorse = members.some((member) => dominates(points[member]!, points[i]!));
    (isWorse ? others : members).push(i);
  }
  return { members, others };
}

/** Indices of a front, and of what is not on it, both in the lexicographic order of their points. */
interface Parted {
  readonly members: number[];
  readonly others: number[];
}

function lexicographic(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  }
  return 0;
}
