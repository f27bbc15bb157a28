import type { Feature } from '../core/space.js';
import { PluginError } from '../errors.js';
import { choleskyInPlace } from '../numerics/cholesky.js';
import { type Differentiable, minimize } from '../numerics/minimize.js';
import type { Prediction } from './acquisition.js';
import {
  createMixedKernel,
  featureGroups,
  type KernelLogs,
  maternBy,
  maternDecay,
  maternSlopeBy,
  type PairDistances,
  pairDistances,
} from './kernel.js';
import { ORDER_DISTANCES } from './order-distances.js';

/** A Gaussian process given its hyperparameters and measured points. */
export interface GaussianProcess {
  /** Mean and variance of the noise-free function at an encoded configuration. */
  predict(row: ArrayLike<number>): Prediction;
  /** The prediction at a row, and its slopes along the features `axes` (active numbers), written at their places. */
  slopes(
    row: Float64Array,
    axes: readonly number[],
    into: { readonly mean: Float64Array; readonly variance: Float64Array },
  ): Prediction;
}

const LEAST_VARIANCE = 1e-12;
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
  const covariances = kernel.toAll(all);
  const factored = factor(count);
  const known = unknown.length === 0 ? factored : factor(targets.length);
  // A row measured at its own mean gets the weight 0.
  const weights = new Float64Array(count);
  weights.set(known.solve(Float64Array.from(targets)));
  const covariance = new Float64Array(count);
  const slope = new Float64Array(width);

  return {
    predict(given) {
      const row = given instanceof Float64Array ? given : Float64Array.from(given);
      covariances(row, covariance);
      let mean = 0;
      for (let i = 0; i < count; i++) mean += covariance[i]! * weights[i]!;
      factored.solveLower(covariance);
      let variance = kernel.self;
      for (let i = 0; i < count; i++) variance -= covariance[i]! ** 2;
      return { mean, variance: Math.max(variance, LEAST_VARIANCE) };
    },
    slopes(row, axes, into) {
      covariances(row, covariance);
      let mean = 0;
      for (let i = 0; i < count; i++) mean += covariance[i]! * weights[i]!;
      const solved = factored.solve(Float64Array.from(covariance));
      let variance = kernel.self;
      for (let i = 0; i < count; i++) variance -= covariance[i]! * solved[i]!;
      into.mean.fill(0);
      into.variance.fill(0);
      for (let i = 0; i < count; i++) {
        slope.fill(0);
        kernel.addSlope(row, all, i, axes, 1, slope);
        for (const d of axes) {
          into.mean[d]! += weights[i]! * slope[d]!;
          into.variance[d]! -= 2 * solved[i]! * slope[d]!;
        }
      }
      return { mean, variance: Math.max(variance, LEAST_VARIANCE) };
    },
  };

  /** Of the first `size` rows. */
  function factor(size: number) {
    for (let jitter = JITTER; jitter <= MOST_JITTER; jitter *= 10) {
      const matrix = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        covariances(all.subarray(i * width, (i + 1) * width), matrix.subarray(i * size), i);
        matrix[i * size + i] = kernel.self + kernel.noise + jitter;
      }
      const found = choleskyInPlace(matrix, size);
      if (found !== undefined) return found;
    }
    throw new PluginError('PLUGIN_CONTRACT', `the covariance of ${size} configurations is not positive definite`, {
      remedy: 'look for numbers outside [0, 1], other than -1 for inactive, in what the space encodes them as',
    });
  }
}

interface Normal {
  readonly mean: number;
  readonly deviation: number;
}

/** Noise below this variance (of targets with variance 1) makes covariance matrices singular. */
const LEAST_NOISE = 1e-6;

/** Of relevances, times the number of features: a category is the same or another one, a number has a scale to be found. */
const RELEVANCE = {
  category: { factor: 2, deviation: 0.6 },
  numeric: { factor: 4, deviation: 1.2 },
  order: { factor: 2, deviation: 2 },
};

/**
 * How much of the variance of targets is expected to be noise: little, since a step towards an optimum is smaller than what
 * would count as noise, or much, as of times measured on a busy machine.
 */
export type ExpectedNoise = 'little' | 'much';

/** Of the logarithm of the variance of noise. */
const NOISE = {
  little: { mean: Math.log(1e-4), deviation: 1.5 },
  much: { mean: Math.log(0.1), deviation: 1 },
} as const satisfies Record<ExpectedNoise, Normal>;

/** Normal priors of the logarithms: the more features, the less each is expected to matter (Hvarfner et al., 2024). */
export function hyperparameterPriors(features: readonly Feature[], noise: ExpectedNoise = 'little'): Normal[] {
  const { of, sizes, orders } = featureGroups(features);
  const relevances = sizes.map((_, group) => {
    const order = orders.find((each) => group >= each.group && group < each.group + ORDER_DISTANCES);
    if (order !== undefined) {
      const { factor, deviation } = RELEVANCE.order;
      return { mean: Math.log((factor * order.count) / features.length / ORDER_DISTANCES), deviation };
    }
    const { factor, deviation } = RELEVANCE[features[of.indexOf(group)]!.kind];
    return { mean: Math.log(factor / features.length), deviation };
  });
  return [...relevances, { mean: Math.log(0.5), deviation: 1 }, { mean: Math.log(0.5), deviation: 1 }, NOISE[noise]];
}

export interface FitOptions {
  /** Without one the means of the priors. */
  readonly start?: KernelLogs | undefined;
  readonly evaluations: number;
  /** Little unless told. */
  readonly noise?: ExpectedNoise;
}

/**
 * The hyperparameters of largest posterior probability near `start`: the marginal likelihood of the targets (Rasmussen
 * and Williams, 2006, equations 5.8 and 5.9) times the priors, climbed by L-BFGS. `rows` are encoded configurations one
 * after the other, `targets` have mean 0 and variance 1.
 */
export function fitHyperparameters(
  features: readonly Feature[],
  rows: Float64Array,
  targets: Float64Array,
  options: FitOptions,
): KernelLogs {
  return fitWithEvidence(features, rows, targets, options).logs;
}

/**
 * That, with the logarithm of the posterior density there (up to a constant that depends on neither `noise` nor `logs`):
 * what speaks for one expectation of noise against the other.
 */
export function fitWithEvidence(
  features: readonly Feature[],
  rows: Float64Array,
  targets: Float64Array,
  { start, evaluations, noise = 'little' }: FitOptions,
): { logs: KernelLogs; evidence: number } {
  const priors = hyperparameterPriors(features, noise);
  const pairs = distancesOf(features, rows);
  const middle = priors.map(({ mean }) => mean);
  const evaluate: Differentiable = (logs, gradient, isWanted) =>
    negativeLogPosterior(pairs, targets, priors, logs, gradient, isWanted);
  const { point, value } = minimize(evaluate, start ?? middle, { evaluations });
  return { logs: point, evidence: -value - Math.log(NOISE[noise].deviation) };
}

/** The losses of one set of configurations are fitted one after the other: their distances are a memo of a pure function. */
function distancesOf(features: readonly Feature[], rows: Float64Array): PairDistances {
  const known = distances.get(rows);
  if (known?.features === features) return known.pairs;
  const pairs = pairDistances(features, rows);
  distances.set(rows, { features, pairs });
  return pairs;
}

const distances = new WeakMap<Float64Array, { readonly features: readonly Feature[]; readonly pairs: PairDistances }>();

/** Up to a constant; writes its gradient by the logarithms where that is wanted. */
export function negativeLogPosterior(
  pairs: PairDistances,
  targets: Float64Array,
  priors: readonly Normal[],
  logs: readonly number[],
  gradient: Float64Array,
  isWanted: (value: number) => boolean = () => true,
): number {
  const { count, sizes, plain, squared } = pairs;
  const width = sizes.length;
  const weights = logs.slice(0, width).map(Math.exp);
  const total = weights.reduce((sum, weight, d) => sum + sizes[d]! * weight, 0);
  const [product, additive, noise] = logs.slice(width).map(Math.exp) as [number, number, number];
  const { matrix, r, t, correlations, decays } = benchOf(pairs);
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
      const decay = maternDecay(sumSquared);
      decays[pair] = decay;
      correlations[pair] = maternBy(sumSquared, decay);
      matrix[i * count + j] = product * correlations[pair]! + additive * (1 - sumPlain / total);
    }
    matrix[i * count + i] = product + additive + noise + LEAST_NOISE;
  }
  const factored = choleskyInPlace(matrix, count);
  if (factored === undefined) return Infinity;
  const solved = factored.solve(Float64Array.from(targets));
  let fit = 0;
  for (let i = 0; i < count; i++) fit += targets[i]! * solved[i]!;
  let value = (fit + factored.logDeterminant()) / 2;
  const offs = priors.map(({ mean, deviation }, k) => (logs[k]! - mean) / deviation);
  for (const off of offs) value += (off * off) / 2;
  if (!Number.isFinite(value)) return Infinity;
  if (!isWanted(value)) return value;
  const inverse = factored.inverse();

  // With W = K⁻¹ - α αᵀ the gradient of the negative log likelihood is half of the sum of W ∘ ∂K.
  gradient.fill(0);
  let trace = 0;
  for (let i = 0, pair = 0; i < count; i++) {
    trace += inverse[i * count + i]! - solved[i]! ** 2;
    for (let j = 0; j < i; j++, pair++) {
      const weight = inverse[i * count + j]! - solved[i]! * solved[j]!;
      gradient[width]! += weight * correlations[pair]!;
      gradient[width + 1]! += weight * (1 - t[pair]!);
      const bySquared = weight * product * maternSlopeBy(r[pair]!, decays[pair]!);
      const byPlain = (-weight * additive) / total;
      const at = pair * width;
      for (let d = 0; d < width; d++) {
        gradient[d]! += bySquared * squared[at + d]! + byPlain * (plain[at + d]! - sizes[d]! * t[pair]!);
      }
    }
  }
  for (let d = 0; d < width; d++) gradient[d]! *= weights[d]!;
  gradient[width] = product * (gradient[width]! + trace / 2);
  gradient[width + 1] = additive * (gradient[width + 1]! + trace / 2);
  gradient[width + 2] = (noise * trace) / 2;

  for (const [k, { deviation }] of priors.entries()) gradient[k]! += offs[k]! / deviation;
  return value;
}

/** Where one evaluation after the other is worked out; the matrix stays zero above its diagonal. */
interface Bench {
  readonly matrix: Float64Array;
  /** Of every pair. */
  readonly r: Float64Array;
  readonly t: Float64Array;
  readonly correlations: Float64Array;
  readonly decays: Float64Array;
}

const benches = new WeakMap<PairDistances, Bench>();

function benchOf(pairs: PairDistances): Bench {
  const { count } = pairs;
  const ofPairs = () => new Float64Array((count * (count - 1)) / 2);
  const bench = benches.get(pairs) ?? {
    ...{ matrix: new Float64Array(count * count), r: ofPairs(), t: ofPairs() },
    ...{ correlations: ofPairs(), decays: ofPairs() },
  };
  benches.set(pairs, bench);
  return bench;
}
