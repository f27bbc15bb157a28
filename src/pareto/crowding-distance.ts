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
