/**
 * Holm's step-down correction (1979) of several tests' p-values: significant at level alpha are those at most alpha
 * afterwards, with a chance of at most alpha for any false one among them.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const corrected: number[] = [];
  let largest = 0;
  for (const [place, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - place) * ps[i]!));
    corrected[i] = largest;
  }
  return corrected;
}
