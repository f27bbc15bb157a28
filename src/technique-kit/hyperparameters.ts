import type { Feature } from '../core/space.js';
import { cholesky } from '../numerics/cholesky.js';
import { minimize } from '../numerics/minimize.js';
import { matern, maternSlope } from './matern.js';
import type { KernelLogs } from './mixed-kernel.js';
import { type PairDistances, pairDistances } from './pair-distances.js';

interface Normal {
  readonly mean: number;
  readonly deviation: number;
}

/** Noise below this variance (of targets with variance 1) makes covariance matrices singular. */
const LEAST_NOISE = 1e-6;

/** Normal priors of the logarithms. The more features, the less each is expected to matter (Hvarfner et al., 2024). */
export function hyperparameterPriors(features: readonly Feature[]): Normal[] {
  const relevance: Normal = { mean: Math.log(2 / features.length), deviation: 0.6 };
  return [
    ...features.map(() => relevance),
    { mean: Math.log(0.5), deviation: 1 },
    { mean: Math.log(0.5), deviation: 1 },
    { mean: Math.log(0.01), deviation: 1.5 },
  ];
}

/**
 * The hyperparameters of largest posterior probability near `start` (the means of the priors without one): the
 * marginal likelihood of the targets (Rasmussen and Williams, 2006, equations 5.8 and 5.9) times the priors, climbed by
 * L-BFGS. `rows` are encoded configurations one after the other, `targets` have mean 0 and variance 1.
 */
export function fitHyperparameters(
  features: readonly Feature[],
  rows: Float64Array,
  targets: Float64Array,
  { start, evaluations }: { readonly start?: KernelLogs | undefined; readonly evaluations: number },
): KernelLogs {
  const priors = hyperparameterPriors(features);
  const pairs = pairDistances(features, rows);
  const middle = priors.map(({ mean }) => mean);
  const evaluate = (logs: readonly number[], gradient: Float64Array) =>
    negativeLogPosterior(pairs, targets, priors, logs, gradient);
  return minimize(evaluate, start ?? middle, { evaluations }).point;
}

/** Up to a constant; writes its gradient by the logarithms. */
export function negativeLogPosterior(
  { count, width, plain, squared }: PairDistances,
  targets: Float64Array,
  priors: readonly Normal[],
  logs: readonly number[],
  gradient: Float64Array,
): number {
  const weights = logs.slice(0, width).map(Math.exp);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const [product, additive, noise] = logs.slice(width).map(Math.exp) as [number, number, number];
  const matrix = new Float64Array(count * count);
  const r = new Float64Array((count * (count - 1)) / 2);
  const t = new Float64Array(r.length);
  for (let i = 0, pair = 0; i < count; i++) {
    for (let j = 0; j < i; j++, pair++) {
      let [sumSquared, sumPlain] = [0, 0];
      const at = pair * width;
      for (let d = 0; d < width; d++) {
        sumSquared += weights[d]! * squared[at + d]!;
        sumPlain += weights[d]! * plain[at + d]!;
      }
      r[pair] = sumSquared;
      t[pair] = sumPlain / total;
      matrix[i * count + j] = product * matern(sumSquared) + additive * (1 - sumPlain / total);
    }
    matrix[i * count + i] = product + additive + noise + LEAST_NOISE;
  }
  const factored = cholesky(matrix, count);
  if (factored === undefined) return Infinity;
  const solved = factored.solve(Float64Array.from(targets));
  const inverse = factored.inverse();

  // With W = K⁻¹ - α αᵀ the gradient of the negative log likelihood is half of the sum of W ∘ ∂K.
  gradient.fill(0);
  let fit = 0;
  let trace = 0;
  for (let i = 0, pair = 0; i < count; i++) {
    fit += targets[i]! * solved[i]!;
    trace += inverse[i * count + i]! - solved[i]! ** 2;
    for (let j = 0; j < i; j++, pair++) {
      const weight = inverse[i * count + j]! - solved[i]! * solved[j]!;
      gradient[width]! += weight * matern(r[pair]!);
      gradient[width + 1]! += weight * (1 - t[pair]!);
      const bySquared = weight * product * maternSlope(r[pair]!);
      const byPlain = (-weight * additive) / total;
      const at = pair * width;
      for (let d = 0; d < width; d++) {
        gradient[d]! += bySquared * squared[at + d]! + byPlain * (plain[at + d]! - t[pair]!);
      }
    }
  }
  for (let d = 0; d < width; d++) gradient[d]! *= weights[d]!;
  gradient[width] = product * (gradient[width]! + trace / 2);
  gradient[width + 1] = additive * (gradient[width + 1]! + trace / 2);
  gradient[width + 2] = (noise * trace) / 2;

  let value = (fit + factored.logDeterminant()) / 2;
  for (const [k, { mean, deviation }] of priors.entries()) {
    const z = (logs[k]! - mean) / deviation;
    value += (z * z) / 2;
    gradient[k]! += z / deviation;
  }
  return Number.isFinite(value) ? value : Infinity;
}
