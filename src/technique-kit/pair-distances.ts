import type { Feature } from '../core/space.js';

/** Distances between all pairs of rows (i > j, row by row), feature by feature within a pair. */
export interface PairDistances {
  readonly count: number;
  readonly width: number;
  readonly plain: Float64Array;
  readonly squared: Float64Array;
}

/** Of the distances that `createMixedKernel` explains. Where all are 0 or 1 both arrays are one. */
export function pairDistances(features: readonly Feature[], rows: Float64Array): PairDistances {
  const width = features.length;
  const count = rows.length / width;
  const plain = new Float64Array((count * (count - 1) * width) / 2);
  const isCategory = features.map(({ kind }) => kind === 'category');
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      for (let d = 0; d < width; d++) {
        const a = rows[i * width + d]!;
        const b = rows[j * width + d]!;
        if (a !== b) plain[at] = isCategory[d] === true || a < 0 || b < 0 ? 1 : Math.abs(a - b);
        at++;
      }
    }
  }
  return { count, width, plain, squared: isCategory.every(Boolean) ? plain : plain.map((x) => x * x) };
}
