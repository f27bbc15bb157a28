import type { Rng } from '../base/rng.js';
import type { Feature } from '../core/space.js';
import { type TruncatedNormal, truncatedNormal } from '../numerics/truncated-normal.js';

/** A density over encoded configurations: a mixture with one component for each of them, and a uniform one. */
export interface Parzen {
  /** Up to a constant that is the same for every mixture over these features. */
  logDensity(row: ArrayLike<number>): number;
  /** A number for every feature; those inactive in the component that was drawn are uniform. */
  sample(rng: Rng): number[];
}

/** Components are at least so wide on the unit axis. */
const LEAST_WIDTH = 0.02;

/**
 * The multivariate Parzen estimator (Falkner et al., 2018): every component is a product over the features, a normal
 * cut off at the ends of a unit axis for numbers, the observed category plus a share of the others for categories, so
 * that what belongs together is drawn together. Conditional parameters: where a feature is inactive (-1) in a
 * component, that component is uniform in it; where it is inactive in the configuration it has no say.
 *
 * @param rows numbers on the unit axis, categories as indices, -1 for inactive
 * @param weights of the components; the uniform one weighs 1
 */
export function createParzen(
  features: readonly Feature[],
  rows: readonly (readonly number[])[],
  weights: readonly number[],
): Parzen {
  const width = Math.max(LEAST_WIDTH, 0.2 * Math.max(1, rows.length) ** (-1 / (features.length + 4)));
  const total = weights.reduce((sum, weight) => sum + weight, 1);
  const other = features.map(({ cardinality }) => 1 / (rows.length + 1) / cardinality);
  /** A number's cell on its axis: a point for a continuum. */
  const half = features.map(({ cardinality }) => (Number.isFinite(cardinality) ? 0.5 / cardinality : 0));
  const normals = new Map<number, TruncatedNormal>();
  const normal = (mean: number) => {
    const found = normals.get(mean) ?? truncatedNormal(mean, width);
    normals.set(mean, found);
    return found;
  };
  const uniform = (d: number) => (half[d] === 0 ? 1 : 1 / features[d]!.cardinality);
  const tables = features.map(() => new Map<number, Map<number, number>>());

  return {
    logDensity(row) {
      let sum = Math.exp(logProduct(row, undefined)) / total;
      for (const [k, center] of rows.entries()) sum += (weights[k]! / total) * Math.exp(logProduct(row, center));
      return Math.log(Math.max(sum, Number.MIN_VALUE));
    },
    sample(rng) {
      let left = rng.float() * total - 1;
      const center =
        left < 0
          ? undefined
          : rows.find((_, k) => {
              left -= weights[k]!;
              return left < 0;
            });
      return features.map(({ kind, cardinality }, d) => {
        const own = center?.[d] ?? -1;
        if (kind === 'category') {
          const keeps = own >= 0 && rng.float() >= (other[d]! * cardinality) / (1 + other[d]! * cardinality);
          return keeps ? own : rng.int(0, cardinality - 1);
        }
        return own < 0 ? rng.float() : normal(own).sample(rng);
      });
    },
  };

  function logProduct(row: ArrayLike<number>, center: readonly number[] | undefined): number {
    let sum = 0;
    for (let d = 0; d < features.length; d++) {
      const x = row[d]!;
      if (x < 0) continue;
      sum += logFactor(d, x, center?.[d] ?? -1);
    }
    return sum;
  }

  /** Few pairs of values occur, so that each is worked out once. */
  function logFactor(d: number, x: number, own: number): number {
    const table = tables[d]!.get(own) ?? new Map<number, number>();
    tables[d]!.set(own, table);
    const known = table.get(x);
    if (known !== undefined) return known;
    const found = Math.log(Math.max(Number.MIN_VALUE, factor(d, x, own)));
    table.set(x, found);
    return found;
  }

  function factor(d: number, x: number, own: number): number {
    if (own < 0) return uniform(d);
    const { kind, cardinality } = features[d]!;
    if (kind === 'category') return ((x === own ? 1 : 0) + other[d]!) / (1 + other[d]! * cardinality);
    return half[d] === 0 ? normal(own).density(x) : normal(own).mass(x - half[d]!, x + half[d]!);
  }
}
