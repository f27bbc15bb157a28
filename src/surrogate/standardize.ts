export interface Standardized {
  /** The values clipped, with mean 0 and variance 1 (all 0 when they are all the same). */
  readonly targets: Float64Array;
  /** Any value on the same scale. */
  of(value: number): number;
}

/**
 * How far above the least value, in units of the median's distance from it, a value is taken as it is. Hopeless
 * configurations can be worse by orders of magnitude; how much worse is nothing a model should bend for.
 */
const CLIP = 4;

/** Losses on the scale surrogates work on; smaller stays better. */
export function standardize(losses: readonly number[]): Standardized {
  const sorted = [...losses].sort((a, b) => a - b);
  const least = sorted[0] ?? 0;
  const median = sorted[sorted.length >> 1] ?? 0;
  const most = median > least ? least + CLIP * (median - least) : Infinity;
  const clipped = losses.map((loss) => Math.min(loss, most));
  const mean = clipped.reduce((sum, loss) => sum + loss, 0) / clipped.length;
  const variance = clipped.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / clipped.length;
  const deviation = variance > 0 ? Math.sqrt(variance) : 1;
  const of = (loss: number) => (Math.min(loss, most) - mean) / deviation;
  return { targets: Float64Array.from(losses, of), of };
}
