export interface Standardized {
  /** The values with their tail drawn in, with mean 0 and variance 1 (all 0 when they are all the same). */
  readonly targets: Float64Array;
  /** Any value on the same scale. */
  of(value: number): number;
}

/**
 * What becomes of the tail, of losses far above the least. Hopeless configurations can be worse by orders of magnitude;
 * how much worse is nothing a model should bend for.
 * - `clip`, for a single objective: logarithms are taken of losses of one sign, since times and rates differ by factors
 *   (so the least time and the highest rate are searched alike), and all that is far above the least is as bad.
 * - `bend`, for one of several objectives: sizes and costs mostly add up, so they stay as they are; the tail grows as a
 *   logarithm, since what is bad in one objective may be on the front for another.
 */
export type Tail = 'clip' | 'bend';

/** Where the tail begins, in units of the median's distance from the least value. */
const BEGIN: { readonly [tail in Tail]: number } = { clip: 4, bend: 3 };

/** Losses on the scale surrogates work on; smaller stays better. */
export function standardize(losses: readonly number[], tail: Tail): Standardized {
  const scale = tail === 'clip' ? logarithmic(losses) : (loss: number) => loss;
  const sorted = losses.map(scale).sort((a, b) => a - b);
  const least = sorted[0] ?? 0;
  const span = BEGIN[tail] * ((sorted[sorted.length >> 1] ?? 0) - least);
  const drawIn = (loss: number) => {
    const above = scale(loss) - least;
    if (span === 0 || above <= span) return above;
    return tail === 'clip' ? span : span * (1 + Math.log(above / span));
  };
  const drawn = losses.map(drawIn);
  const mean = drawn.reduce((sum, loss) => sum + loss, 0) / drawn.length;
  const variance = drawn.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / drawn.length;
  const deviation = variance > 0 ? Math.sqrt(variance) : 1;
  const of = (loss: number) => (drawIn(loss) - mean) / deviation;
  return { targets: Float64Array.from(losses, of), of };
}

/** Keeps the order; as it is where losses have both signs or there is a zero. */
function logarithmic(losses: readonly number[]): (loss: number) => number {
  if (losses.every((loss) => loss > 0)) return Math.log;
  if (losses.every((loss) => loss < 0)) return (loss) => -Math.log(-loss);
  return (loss) => loss;
}
