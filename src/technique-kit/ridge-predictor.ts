import type { Feature } from '../core/space.js';
import { cholesky } from '../numerics/cholesky.js';

/** Predicts one target from an encoded configuration. */
export type Predictor = (row: ArrayLike<number>) => number;

const PENALTIES = [0.01, 0.1, 1, 10];

/**
 * Ridge regression on one column for every category, and for numbers on the value and its square, and on a constant; in its dual form, so
 * that it costs rows³ however many columns there are. The penalty is that of the least leave-one-out error, which the
 * inverse gives in closed form (Rasmussen and Williams, 2006, equation 5.12).
 */
export function fitRidgePredictor(features: readonly Feature[], rows: Float64Array, targets: Float64Array): Predictor {
  const width = features.length;
  const count = targets.length;
  const mean = targets.reduce((sum, target) => sum + target, 0) / count;
  const gram = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) gram[i * count + j] = product(rows.subarray(i * width), rows.subarray(j * width));
  }
  let weights: Float64Array = new Float64Array(count);
  let least = Infinity;
  for (const penalty of PENALTIES) {
    const penalized = Float64Array.from(gram);
    for (let i = 0; i < count; i++) penalized[i * count + i]! += penalty;
    const factored = cholesky(penalized, count);
    if (factored === undefined) continue;
    const solved = factored.solve(targets.map((target) => target - mean));
    const inverse = factored.inverse();
    const error = solved.reduce((sum, weight, i) => sum + (weight / inverse[i * count + i]!) ** 2, 0);
    if (error < least) [weights, least] = [solved, error];
  }
  const constant = weights.reduce((sum, weight) => sum + weight, 0);
  const columns = features.map(() => new Map<number, number>());
  // Of a number's overlaps with all rows: what goes with it, what with its square; and what inactive rows have.
  const sums = features.map(({ kind }, d) => {
    const sum = { plain: 0, squared: 0, inactive: 0 };
    for (let i = 0; kind === 'numeric' && i < count; i++) {
      const x = 2 * rows[i * width + d]! - 1;
      if (rows[i * width + d]! < 0) sum.inactive += weights[i]!;
      else {
        sum.plain += weights[i]! * x;
        sum.squared += weights[i]! * x * x;
      }
    }
    return sum;
  });
  return (row) => {
    let sum = mean + constant;
    for (let d = 0; d < width; d++) sum += share(d, row[d]!);
    return sum;
  };

  /** What a value of a feature adds to a prediction. */
  function share(d: number, x: number): number {
    if (features[d]!.kind === 'numeric') {
      const { plain, squared, inactive } = sums[d]!;
      if (x < 0) return inactive;
      return (2 * x - 1) * plain + (2 * x - 1) ** 2 * squared;
    }
    const known = columns[d]!.get(x);
    if (known !== undefined) return known;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += weights[i]! * overlap(d, x, rows[i * width + d]!);
    columns[d]!.set(x, sum);
    return sum;
  }

  function product(a: Float64Array, b: Float64Array): number {
    let sum = 1;
    for (let d = 0; d < width; d++) sum += overlap(d, a[d]!, b[d]!);
    return sum;
  }

  function overlap(d: number, a: number, b: number): number {
    if (features[d]!.kind === 'category' || a < 0 || b < 0) return a === b ? 1 : 0;
    const [x, y] = [2 * a - 1, 2 * b - 1];
    return x * y + x * x * y * y;
  }
}
