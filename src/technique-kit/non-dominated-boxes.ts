/** A box of the loss space; the lower corner may be -Infinity. */
export interface Box {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/**
 * Cuts the region below `reference` that no point dominates (losses; smaller is better) into disjoint boxes: slabs
 * between successive last losses, each cut in the same way by the other losses of the points at or below it. Exact;
 * the number of boxes grows as (points + 1)^(losses - 1).
 */
export function nonDominatedBoxes(points: readonly (readonly number[])[], reference: readonly number[]): Box[] {
  const inside = points.filter((point) => point.every((loss, i) => loss < reference[i]!));
  const last = reference.length - 1;
  if (last === 0) {
    const best = inside.reduce((least, [loss]) => Math.min(least, loss!), reference[0]!);
    return [{ lower: [-Infinity], upper: [best] }];
  }
  const levels = [...new Set(inside.map((point) => point[last]!))].sort((a, b) => a - b);
  const edges = [-Infinity, ...levels, reference[last]!];
  return edges.slice(0, -1).flatMap((from, i) => {
    const below = inside.filter((point) => point[last]! <= from).map((point) => point.slice(0, last));
    return nonDominatedBoxes(below, reference.slice(0, last)).map(({ lower, upper }) => ({
      lower: [...lower, from],
      upper: [...upper, edges[i + 1]!],
    }));
  });
}
