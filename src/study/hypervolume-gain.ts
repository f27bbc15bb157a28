/**
 * The hypervolume that `point` adds to `front` (losses; smaller is better) up to `reference`: its own box less what the
 * front covers of it. Exact; the recursion over exclusive volumes follows While, Bradstreet and Barone (2012).
 */
export function hypervolumeGain(
  front: readonly (readonly number[])[],
  point: readonly number[],
  reference: readonly number[],
): number {
  const box = point.reduce((volume, loss, i) => volume * Math.max(0, (reference[i] as number) - loss), 1);
  if (box === 0) return 0;
  const clipped = front
    .map((other) => other.map((loss, i) => Math.max(loss, point[i] as number)))
    .filter((other) => other.every((loss, i) => loss < (reference[i] as number)));
  return box - covered(clipped, reference);
}

/** The volume that a set of points dominates up to the reference. */
function covered(points: readonly (readonly number[])[], reference: readonly number[]): number {
  if (reference.length === 2) return sweep(points, reference);
  return points.reduce((volume, point, i) => volume + hypervolumeGain(points.slice(i + 1), point, reference), 0);
}

/** Two losses: strips from the lowest first loss on, each as high as it lies below all strips before it. */
function sweep(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const [right, top] = reference as [number, number];
  const sorted = (points as readonly (readonly [number, number])[]).toSorted((a, b) => a[0] - b[0]);
  let area = 0;
  let lowest = top;
  for (const [x, y] of sorted) {
    area += (right - x) * Math.max(0, lowest - y);
    lowest = Math.min(lowest, y);
  }
  return area;
}
