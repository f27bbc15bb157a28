/** True when `a` is no worse than `b` in every loss and better in at least one (smaller is better). */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (const [i, loss] of a.entries()) {
    const other = b[i] as number;
    if (loss > other) return false;
    if (loss < other) better = true;
  }
  return better;
}
