/** The point at `factor` of the way from one point of the unit cube to another, before or beyond them too; put on the border. */
export function pointAlong(from: readonly number[], to: readonly number[], factor: number): number[] {
  return from.map((x, i) => Math.min(1, Math.max(0, x + factor * ((to[i] as number) - x))));
}
