/** The area that points of two losses dominate up to a corner, as they come. */
export interface Staircase {
  /** So far. */
  readonly area: number;
  /** Takes in a point and returns the area that it adds. */
  enter(x: number, y: number): number;
}

/**
 * Keeps the non-dominated points in order, so that a point is found by bisection and enters once and leaves once at most.
 * What does not lie below the corner in both losses adds nothing.
 */
export function createStaircase(right: number, top: number): Staircase {
  /** First losses ascending, second losses descending. */
  const xs: number[] = [];
  const ys: number[] = [];
  let area = 0;
  return {
    get area() {
      return area;
    },
    enter(x, y) {
      if (!(x < right && y < top)) return 0;
      const from = firstNotBelow(xs, x);
      if ((from > 0 && ys[from - 1]! <= y) || (xs[from] === x && ys[from]! <= y)) return 0;
      let [to, added, left, height] = [from, 0, x, ys[from - 1] ?? top];
      for (; to < xs.length && ys[to]! >= y; to++) {
        added += (xs[to]! - left) * (height - y);
        [left, height] = [xs[to]!, ys[to]!];
      }
      added += ((xs[to] ?? right) - left) * (height - y);
      xs.splice(from, to - from, x);
      ys.splice(from, to - from, y);
      area += added;
      return added;
    },
  };
}

/** The position of the first number of an ascending list that is at least `x`. */
function firstNotBelow(list: readonly number[], x: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
