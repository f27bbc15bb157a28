/**
 * The volume that points with three losses, all below the reference point, dominate up to it: a sweep along the last
 * loss that keeps the front of the other two in order and the area it dominates (Fonseca, Paquete and López-Ibáñez,
 * 2006; Beume et al., 2009). A point is found in the front by bisection and enters it once and leaves it once at most.
 */
export function sweptVolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const [right, top, end] = reference as [number, number, number];
  const sorted = [...points].sort((a, b) => a[2]! - b[2]!);
  /** The front so far: first losses ascending, second losses descending. */
  const xs: number[] = [];
  const ys: number[] = [];
  let [area, volume, level] = [0, 0, end];
  for (const [x, y, z] of sorted as unknown as readonly [number, number, number][]) {
    volume += area * Math.max(0, z - level);
    level = z;
    area += enter(x, y);
  }
  return volume + area * Math.max(0, end - level);

  /** Takes a point into the front and returns the area that it adds. */
  function enter(x: number, y: number): number {
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
    return added;
  }
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
