import type { Feature } from '../core/space.js';
import { squaredOffAxis } from './mixed-kernel.js';

/** Distances between all pairs of rows (i > j, row by row), feature by feature within a pair. */
export interface PairDistances {
  readonly count: number;
  readonly width: number;
  /** t_d of `createMixedKernel`. */
  readonly plain: Float64Array;
  /** δ_d², the same array where all are 0 or 1. */
  readonly squared: Float64Array;
}

export function pairDistances(features: readonly Feature[], rows: Float64Array): PairDistances {
  const width = features.length;
  const count = rows.length / width;
  const plain = new Float64Array((count * (count - 1) * width) / 2);
  const isCategory = features.map(({ kind }) => kind === 'category');
  const squared = isCategory.every(Boolean) ? plain : new Float64Array(plain.length);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      for (let d = 0; d < width; d++) {
        const a = rows[i * width + d]!;
        const b = rows[j * width + d]!;
        if (a !== b) {
          const isPlain = isCategory[d] === true || a < 0 || b < 0;
          plain[at] = isPlain ? 1 : Math.abs(a - b);
          squared[at] = isPlain && isCategory[d] === false ? squaredOffAxis(Math.max(a, b)) : plain[at]! ** 2;
        }
        at++;
      }
    }
  }
  return { count, width, plain, squared };
}
