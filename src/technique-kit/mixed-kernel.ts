import type { Feature } from '../core/space.js';
import { matern } from './matern.js';

/** How far off the axis of a number "inactive" lies, squared: as far from both ends as these from one another. */
const OFF_AXIS = 0.75;

/** Logarithms: the relevance w of every feature, then p, a and the noise variance. */
export type KernelLogs = readonly number[];

export const hyperparameterCount = (features: readonly Feature[]) => features.length + 3;

/**
 * The covariance of two configurations, from their encoded features:
 *
 *   k(x, x') = p M(r) + a (1 - t / Σ w),  r² = Σ w_d δ_d²,  t = Σ w_d t_d,  t_d = δ_d
 *
 * M is the Matérn-5/2 function, w_d the relevance of feature d (one over its squared length scale), δ_d the distance
 * in it: |x_d - x'_d| of numbers (positions of items, for a permutation), 0 or 1 of categories (Hamming). The first part
 * holds interactions; the second, a sum of one-dimensional kernels (Duvenaud et al., 2011), holds what adds up over the
 * parameters, as sizes and costs do, and carries it beyond the measured region, where the first knows nothing.
 *
 * Inactive numbers: the first part is positive definite if the distances are those of points in a space. So "inactive"
 * is a point beside the middle of the axis, √¾ off it, at distance 1 from both ends (a flat relative of the arc kernel
 * of Swersky et al., 2014); inactive categories are one more category. In the second part a number and "inactive" have
 * nothing in common, t_d = 1, which leaves a matrix of two blocks.
 */
export interface MixedKernel {
  /** k between row `i` of `rows` and row `j` of `others`, rows of as many numbers as there are features. */
  between(rows: Float64Array, i: number, others: Float64Array, j: number): number;
  /** k(x, x), the same everywhere: p + a. */
  readonly self: number;
  readonly noise: number;
}

export function createMixedKernel(features: readonly Feature[], logs: KernelLogs): MixedKernel {
  const width = features.length;
  const isCategory = Uint8Array.from(features, ({ kind }) => (kind === 'category' ? 1 : 0));
  const weights = Float64Array.from(logs.slice(0, width), Math.exp);
  const [product, additive, noise] = logs.slice(width).map(Math.exp) as [number, number, number];
  const share = additive / weights.reduce((sum, weight) => sum + weight, 0);
  return {
    self: product + additive,
    noise,
    between(rows, i, others, j) {
      let squared = 0;
      let plain = 0;
      const own = i * width;
      const other = j * width;
      for (let d = 0; d < width; d++) {
        const a = rows[own + d]!;
        const b = others[other + d]!;
        if (a === b) continue;
        const weight = weights[d]!;
        if (isCategory[d] === 1) {
          squared += weight;
          plain += weight;
        } else if (a < 0 || b < 0) {
          squared += weight * squaredOffAxis(Math.max(a, b));
          plain += weight;
        } else {
          const distance = Math.abs(a - b);
          squared += weight * distance * distance;
          plain += weight * distance;
        }
      }
      return product * matern(squared) + additive - share * plain;
    },
  };
}

/** The squared distance of a number in [0, 1] from "inactive". */
export const squaredOffAxis = (x: number): number => (x - 0.5) ** 2 + OFF_AXIS;
