export interface Standardized {
  /** Mean 0 and variance 1 (all 0 when the values are all the same). */
  readonly targets: Float64Array;
  /** Any value on the same scale. */
  of(value: number): number;
}

export function standardize(values: readonly number[]): Standardized {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const deviation = variance > 0 ? Math.sqrt(variance) : 1;
  const of = (value: number) => (value - mean) / deviation;
  return { targets: Float64Array.from(values, of), of };
}
