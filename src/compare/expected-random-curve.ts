/**
 * The least loss that random search without repeats is expected to have found after 1, 2, …, `trials` draws from `size`
 * configurations, of which `found` have a loss and the rest have none; as long as it found none, `worst` counts. Exact:
 * after k draws the least is above the i smallest with the chance C(size - i, k) / C(size, k). (The calculated baseline of
 * Willemsen et al., 2024, for optimisation on recorded search spaces.)
 */
export function expectedRandomCurve(found: readonly number[], size: number, trials: number, worst: number): number[] {
  const sorted = Float64Array.from(found).sort();
  const curve: number[] = [];
  for (let draws = 1; draws <= trials; draws++) {
    // A space smaller than the budget is exhausted by then.
    const k = Math.min(draws, size);
    let above = 1;
    let expected = 0;
    for (const [i, loss] of sorted.entries()) {
      // C(size - i - 1, k) / C(size - i, k)
      const still = above * Math.max(0, (size - i - k) / (size - i));
      expected += (above - still) * loss;
      above = still;
      if (above < 1e-15) break;
    }
    curve.push(expected + above * worst);
  }
  return curve;
}
