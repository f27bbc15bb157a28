import type { Rng } from '../base/rng.js';
import type { Feature } from '../core/space.js';
import type { Prediction } from './acquisition.js';

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

/** An inner node sends a row to `left` when its feature is at most `threshold`, or one of `categories`. */
export type RegressionTree =
  | { readonly mean: number; readonly variance: number }
  | {
      readonly feature: number;
      readonly threshold: number;
      readonly categories: ReadonlySet<number> | undefined;
      readonly left: RegressionTree;
      readonly right: RegressionTree;
    };

/** Values that a split looks at, rows times features tried: in wide spaces it chooses from fewer features. */
const WORK = 20_000;

export interface TreeOptions {
  /** Rows of a leaf at least. */
  readonly leastLeaf: number;
  /** Part of the features that each split chooses from. */
  readonly share: number;
}

/**
 * A regression tree by least squares (Breiman et al., 1984): numbers are split between two neighbouring values,
 * categories by their mean targets, which gives the best of all bipartitions (their theorem 9.6). Inactive parameters
 * (-1) are below all numbers and a category of their own.
 *
 * @param members indices of the rows to grow from; an index may occur repeatedly (bootstrap).
 */
export function growTree(
  features: readonly Feature[],
  rows: Float64Array,
  targets: Float64Array,
  members: readonly number[],
  { leastLeaf, share }: TreeOptions,
  rng: Rng,
): RegressionTree {
  const width = features.length;
  const value = (row: number, feature: number) => rows[row * width + feature]!;
  return grow(members);

  function grow(own: readonly number[]): RegressionTree {
    const { mean, error } = spread(own);
    const leaf = { mean, variance: error / own.length };
    if (own.length < 2 * leastLeaf || error <= 1e-12) return leaf;
    const most = Math.max(1, Math.min(Math.ceil(share * width), Math.ceil(WORK / own.length)));
    const tried = rng.shuffle([...features.keys()]).slice(0, most);
    let best: Split | undefined;
    for (const feature of tried) {
      const found = split(own, feature);
      if (found !== undefined && found.error < (best?.error ?? error - 1e-12)) best = found;
    }
    if (best === undefined) return leaf;
    const { feature, threshold, categories } = best;
    const goesLeft = (row: number) => {
      const x = value(row, feature);
      return categories === undefined ? x <= threshold : categories.has(x);
    };
    const left = own.filter(goesLeft);
    const right = own.filter((row) => !goesLeft(row));
    return { feature, threshold, categories, left: grow(left), right: grow(right) };
  }

  function spread(own: readonly number[]): { mean: number; error: number } {
    const mean = own.reduce((sum, row) => sum + targets[row]!, 0) / own.length;
    return { mean, error: own.reduce((sum, row) => sum + (targets[row]! - mean) ** 2, 0) };
  }

  /** The best place to cut the values of a feature, put in a row. */
  function split(own: readonly number[], feature: number): Split | undefined {
    const isCategory = features[feature]!.kind === 'category';
    const groups = new Map<number, { value: number; count: number; sum: number }>();
    let total = 0;
    let squares = 0;
    for (const row of own) {
      const x = value(row, feature);
      const group = groups.get(x) ?? { value: x, count: 0, sum: 0 };
      group.count++;
      group.sum += targets[row]!;
      groups.set(x, group);
      total += targets[row]!;
      squares += targets[row]! ** 2;
    }
    const place = (group: { value: number; count: number; sum: number }) =>
      isCategory ? group.sum / group.count : group.value;
    const ordered = [...groups.values()].sort((a, b) => place(a) - place(b) || a.value - b.value);
    let best: Split | undefined;
    let [count, sum] = [0, 0];
    for (const [i, group] of ordered.slice(0, -1).entries()) {
      count += group.count;
      sum += group.sum;
      if (count < leastLeaf || own.length - count < leastLeaf) continue;
      const error = squares - sum ** 2 / count - (total - sum) ** 2 / (own.length - count);
      if (error >= (best?.error ?? Infinity)) continue;
      const below = ordered.slice(0, i + 1).map((member) => member.value);
      best = {
        ...{ error, feature },
        threshold: (group.value + ordered[i + 1]!.value) / 2,
        categories: isCategory ? new Set(below) : undefined,
      };
    }
    return best;
  }
}

interface Split {
  /** Sum of squares that is left. */
  readonly error: number;
  readonly feature: number;
  readonly threshold: number;
  readonly categories: ReadonlySet<number> | undefined;
}

/** The leaf that a row falls into. */
export function leafOf(tree: RegressionTree, row: ArrayLike<number>): { mean: number; variance: number } {
  let node = tree;
  while ('left' in node) {
    const x = row[node.feature]!;
    node = (node.categories === undefined ? x <= node.threshold : node.categories.has(x)) ? node.left : node.right;
  }
  return node;
}
