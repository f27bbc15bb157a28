import type { Rng } from '../base/rng.js';
import type { Feature } from '../core/space.js';
import type { Prediction } from './acquisition.js';
import { growTree, leafOf, type TreeOptions } from './regression-tree.js';

export interface RandomForest {
  predict(row: ArrayLike<number>): Prediction;
}

/**
 * Regression trees, each grown from a bootstrap sample (Breiman, 2001). The variance of a prediction is that between
 * the trees plus the mean of that within their leaves: the law of total variance (Hutter et al., 2014, section 4.3.2).
 */
export function createRandomForest(
  features: readonly Feature[],
  rows: Float64Array,
  targets: Float64Array,
  { trees, ...options }: TreeOptions & { readonly trees: number },
  rng: Rng,
): RandomForest {
  const count = targets.length;
  const grown = Array.from({ length: trees }, () => {
    const members = Array.from({ length: count }, () => rng.int(0, count - 1));
    return growTree(features, rows, targets, members, options, rng);
  });
  return {
    predict(row) {
      const leaves = grown.map((tree) => leafOf(tree, row));
      const mean = leaves.reduce((sum, leaf) => sum + leaf.mean, 0) / trees;
      const variance = leaves.reduce((sum, leaf) => sum + (leaf.mean - mean) ** 2 + leaf.variance, 0) / trees;
      return { mean, variance: Math.max(variance, 1e-12) };
    },
  };
}
