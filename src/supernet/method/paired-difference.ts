import type { ScoredObject } from './object-scores.js';

export interface PairedDifference {
  /** Mean over objects of `before` less `after`. */
  readonly mean: number;
  /** Of that mean; undefined when a single object was scored. */
  readonly standardError: number | undefined;
}

/**
 * How much lower the same objects score, with the standard error that pairing leaves. Objects of one image err together, so that the
 * error is taken over images (the cluster-robust error of a mean, Liang and Zeger, 1986, with n / (n - 1)); over objects when there is one image.
 */
export function pairedDifference(before: readonly ScoredObject[], after: readonly ScoredObject[]): PairedDifference {
  const differences = before.map(({ iou }, i) => iou - (after[i]?.iou ?? Number.NaN));
  const count = differences.length;
  const mean = differences.reduce((sum, each) => sum + each, 0) / count;
  const images = new Set(before.map(({ image }) => image));
  const residuals = new Map<string, number>();
  differences.forEach((difference, i) => {
    const cluster = images.size > 1 ? (before[i]?.image ?? '') : `${i}`;
    residuals.set(cluster, (residuals.get(cluster) ?? 0) + difference - mean);
  });
  const clusters = residuals.size;
  const squares = [...residuals.values()].reduce((sum, each) => sum + each ** 2, 0);
  return {
    mean,
    standardError: clusters < 2 ? undefined : Math.sqrt((clusters / (clusters - 1)) * squares) / count,
  };
}
