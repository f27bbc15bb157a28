import type { Rng } from '../base/rng.js';
import type { Feature } from '../core/space.js';
import { logNormalDensity, logNormalMass, sampleTruncatedNormal } from '../numerics/normal.js';

/** A density over encoded configurations: a mixture with one component for each of them, and a uniform one. */
export interface Parzen {
  logDensity(row: ArrayLike<number>): number;
  /** A number for every feature; those inactive in the component that was drawn are uniform. */
  sample(rng: Rng): number[];
}

/** One feature of all components. */
interface Column {
  /** Adds to `sums` the log density of x under every component, the uniform one last. */
  add(x: number, sums: Float64Array): void;
  /** From component `k`; the one after the last row is uniform. */
  sample(k: number, rng: Rng): number;
}

/** Widths in units of the points' deviation: 0.2 of the axis for a single point, and for many spread over all of it. */
const WIDTH = 0.2 * Math.sqrt(12);

/**
 * The multivariate Parzen estimator (Falkner et al., 2018): every component is a product over the features, a normal
 * cut off at the ends of a unit axis for numbers, the observed category plus a share of the others for categories, so
 * that what belongs together is drawn together. Conditional parameters: where a feature is inactive (-1) in a
 * component, that component is uniform in it; where it is inactive in the configuration it has no say.
 *
 * Normals are as wide as Scott's rule (1992) has it for the deviation of the rows on that axis, so that they narrow
 * down as the rows do; the uniform component counts as one of the rows, which keeps few of them from being taken for
 * all there is. Products and their sum are logarithms throughout: over hundreds of features the products themselves
 * are too small for numbers.
 *
 * @param rows numbers on the unit axis, categories as indices, -1 for inactive
 * @param weights of the components; the uniform one weighs 1
 */
export function createParzen(
  features: readonly Feature[],
  rows: readonly (readonly number[])[],
  weights: readonly number[],
): Parzen {
  const total = weights.reduce((sum, weight) => sum + weight, 1);
  const logWeights = Float64Array.from([...weights, 1], (weight) => Math.log(weight / total));
  const columns = features.map(({ kind, cardinality }, d) => {
    const own = Float64Array.from(rows, (row) => row[d]!);
    return kind === 'category'
      ? categories(own, cardinality)
      : numbers(own, cardinality, widthOf(own, weights, features.length));
  });

  return {
    logDensity(row) {
      const sums = logWeights.slice();
      for (const [d, column] of columns.entries()) if (row[d]! >= 0) column.add(row[d]!, sums);
      return logSumExp(sums);
    },
    sample(rng) {
      let left = rng.float() * total;
      let k = 0;
      while (k < rows.length && left >= weights[k]!) left -= weights[k++]!;
      return columns.map((column) => column.sample(k, rng));
    },
  };
}

/** The logarithm of the sum of exp(x), of numbers whose exp may be 0 or infinite. */
function logSumExp(numbers: Float64Array): number {
  let most = -Infinity;
  for (const x of numbers) if (x > most) most = x;
  let sum = 0;
  for (const x of numbers) sum += Math.exp(x - most);
  return most + Math.log(sum);
}

/** The width of the components on one axis, from the rows in which it is active. */
function widthOf(own: Float64Array, weights: readonly number[], dimension: number): number {
  let [count, weight, sum] = [0, 0, 0];
  for (const [k, x] of own.entries()) {
    if (x < 0) continue;
    count++;
    weight += weights[k]!;
    sum += weights[k]! * x;
  }
  // The variance of a uniform number, once.
  let squares = 1 / 12;
  for (const [k, x] of own.entries()) if (x >= 0) squares += weights[k]! * (x - sum / weight) ** 2;
  return WIDTH * Math.sqrt(squares / (weight + 1)) * Math.max(1, count) ** (-1 / (dimension + 4));
}

/** The observed category, and each of all with the weight of one row spread over them. */
function categories(own: Float64Array, cardinality: number): Column {
  const other = 1 / (own.length + 1) / cardinality;
  const scale = Math.log1p(other * cardinality);
  const [same, different, uniform] = [Math.log1p(other) - scale, Math.log(other) - scale, -Math.log(cardinality)];
  const spread = (other * cardinality) / (1 + other * cardinality);
  return {
    add(x, sums) {
      for (let k = 0; k < own.length; k++) sums[k]! += own[k]! < 0 ? uniform : own[k] === x ? same : different;
      sums[own.length]! += uniform;
    },
    sample: (k, rng) => {
      const center = own[k] ?? -1;
      return center >= 0 && rng.float() >= spread ? center : rng.int(0, cardinality - 1);
    },
  };
}

/** Densities for a continuum; for steps the probabilities of their cells, each worked out once for all rows there. */
function numbers(own: Float64Array, cardinality: number, width: number): Column {
  const isContinuum = !Number.isFinite(cardinality);
  const uniform = isContinuum ? 0 : -Math.log(cardinality);
  const centers = [...new Set(own)].filter((x) => x >= 0);
  const places = new Map(centers.map((center, i) => [center, i]));
  /** Which of the centers is a component's own; uniform ones have the place after the last. */
  const place = Int32Array.from([...own, -1], (x) => places.get(x) ?? centers.length);
  const kept = centers.map((center) => logNormalMass(-center / width, (1 - center) / width));
  const logWidth = Math.log(width);
  const factor = (x: number, i: number) => {
    const center = centers[i]!;
    if (isContinuum) return logNormalDensity((x - center) / width) - logWidth - kept[i]!;
    const [from, to] = [Math.max(0, x - 0.5 / cardinality), Math.min(1, x + 0.5 / cardinality)];
    return logNormalMass((from - center) / width, (to - center) / width) - kept[i]!;
  };
  const factors = new Float64Array(centers.length + 1).fill(uniform);
  return {
    add(x, sums) {
      for (let i = 0; i < centers.length; i++) factors[i] = factor(x, i);
      for (let k = 0; k < sums.length; k++) sums[k]! += factors[place[k]!]!;
    },
    sample: (k, rng) => ((own[k] ?? -1) < 0 ? rng.float() : sampleTruncatedNormal(own[k]!, width, rng)),
  };
}
