import type { Feature } from '../core/space.js';
import { PluginError } from '../errors.js';
import { cholesky } from '../numerics/cholesky.js';
import { createMixedKernel, type KernelLogs } from './mixed-kernel.js';
import type { Prediction } from './prediction.js';

/** A Gaussian process given its hyperparameters and measured points. */
export interface GaussianProcess {
  /** Mean and variance of the noise-free function at an encoded configuration. */
  predict(row: ArrayLike<number>): Prediction;
}

/** Added to the variance of targets, tenfold as long as rounding leaves a matrix that is not positive definite. */
const JITTER = 1e-6;
const MOST_JITTER = 0.1;

/**
 * The posterior of a Gaussian process with mean 0 (Rasmussen and Williams, 2006, algorithm 2.1). `rows` are encoded
 * configurations one after the other. `unknown` are more rows, of configurations being measured: they lower the
 * variance around them and leave the mean as it is, as if each had been measured at its mean (kriging believer,
 * Ginsbourger et al., 2010).
 *
 * @throws PluginError PLUGIN_CONTRACT when the covariance matrix has no Cholesky factor, as with NaN among the rows.
 */
export function createGaussianProcess(
  features: readonly Feature[],
  logs: KernelLogs,
  rows: Float64Array,
  targets: Float64Array,
  unknown: Float64Array = new Float64Array(0),
): GaussianProcess {
  const width = features.length;
  const kernel = createMixedKernel(features, logs);
  const all = unknown.length === 0 ? rows : Float64Array.from([...rows, ...unknown]);
  const count = all.length / width;
  const factored = factor(all, count);
  const known = unknown.length === 0 ? factored : factor(rows, targets.length);
  // A row measured at its own mean gets the weight 0.
  const weights = new Float64Array(count);
  weights.set(known.solve(Float64Array.from(targets)));
  const covariance = new Float64Array(count);

  return {
    predict(given) {
      const row = given instanceof Float64Array ? given : Float64Array.from(given);
      let mean = 0;
      for (let i = 0; i < count; i++) {
        const k = kernel.between(all, i, row, 0);
        covariance[i] = k;
        mean += k * weights[i]!;
      }
      factored.solveLower(covariance);
      let variance = kernel.self;
      for (let i = 0; i < count; i++) variance -= covariance[i]! ** 2;
      return { mean, variance: Math.max(variance, 1e-12) };
    },
  };

  function factor(points: Float64Array, size: number) {
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) matrix[i * size + j] = kernel.between(points, i, points, j);
    }
    for (let jitter = JITTER; jitter <= MOST_JITTER; jitter *= 10) {
      for (let i = 0; i < size; i++) matrix[i * size + i] = kernel.self + kernel.noise + jitter;
      const found = cholesky(matrix, size);
      if (found !== undefined) return found;
    }
    throw new PluginError('PLUGIN_CONTRACT', `the covariance of ${size} configurations is not positive definite`, {
      remedy: 'look for numbers outside [0, 1], other than -1 for inactive, in what the space encodes them as',
    });
  }
}
