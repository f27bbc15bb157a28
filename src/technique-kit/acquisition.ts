import { expectedBelow, logExpectedBelow } from '../numerics/normal.js';

/** What a model expects of one loss at one configuration. */
export interface Prediction {
  readonly mean: number;
  readonly variance: number;
}

/** The logarithm of what a configuration is expected to gain, from the predictions of its losses. */
export type Acquisition = (predictions: readonly Prediction[]) => number;

/** Stands for the logarithm of what underflows. */
const LEAST = -700;

/**
 * Expected improvement over the points (losses) told so far: with one objective over their best, by its logarithm,
 * which stays informative where the improvement itself underflows (Ament et al., 2023); with several the expected
 * hypervolume improvement up to `reference`, exact for independent predictions: the region that no point dominates is
 * cut into boxes, and over a box the expectation is a product over the objectives (Yang et al., 2019).
 */
export function logExpectedImprovement(
  points: readonly (readonly number[])[],
  reference: readonly number[],
): Acquisition {
  if (reference.length === 1) {
    const best = points.reduce((least, [loss]) => Math.min(least, loss!), reference[0]!);
    return ([prediction]) => {
      const deviation = Math.sqrt(prediction!.variance);
      return Math.log(deviation) + logExpectedBelow((best - prediction!.mean) / deviation);
    };
  }
  const boxes = nonDominatedBoxes(points, reference);
  const edges = reference.map((_, i) => [...new Set(boxes.flatMap(({ lower, upper }) => [lower[i]!, upper[i]!]))]);
  /** Of every box in turn, its two places among the edges of every loss. */
  const places = Int32Array.from(
    boxes.flatMap(({ lower, upper }) =>
      lower.flatMap((loss, i) => [edges[i]!.indexOf(loss), edges[i]!.indexOf(upper[i]!)]),
    ),
  );
  const below = edges.map(({ length }) => new Float64Array(length));
  return (predictions) => {
    for (const [i, { mean, variance }] of predictions.entries()) {
      const deviation = Math.sqrt(variance);
      const [own, found] = [edges[i]!, below[i]!];
      for (let k = 0; k < own.length; k++) {
        found[k] = own[k] === -Infinity ? 0 : deviation * expectedBelow((own[k]! - mean) / deviation);
      }
    }
    let sum = 0;
    for (let at = 0; at < places.length; ) {
      let volume = 1;
      for (let i = 0; i < below.length; i++, at += 2) {
        volume *= below[i]![places[at + 1]!]! - below[i]![places[at]!]!;
      }
      sum += volume;
    }
    return sum > 0 ? Math.log(sum) : LEAST;
  };
}

/** Steps of `acquisitionSlopes`, in standard deviations and as a part of the variance. */
const STEP = 1e-4;

/** The slopes of an acquisition by the mean and by the variance of every prediction, from central differences. */
export function acquisitionSlopes(
  acquisition: Acquisition,
  predictions: readonly Prediction[],
): readonly { readonly mean: number; readonly variance: number }[] {
  return predictions.map(({ mean, variance }, k) => {
    const slope = (low: Prediction, high: Prediction, step: number) =>
      (acquisition(predictions.with(k, high)) - acquisition(predictions.with(k, low))) / (2 * step);
    const step = STEP * Math.sqrt(variance);
    return {
      mean: slope({ mean: mean - step, variance }, { mean: mean + step, variance }, step),
      variance: slope(
        { mean, variance: (1 - STEP) * variance },
        { mean, variance: (1 + STEP) * variance },
        STEP * variance,
      ),
    };
  });
}

/** A box of the loss space; the lower corner may be -Infinity. */
export interface Box {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/**
 * Cuts the region below `reference` that no point dominates (losses; smaller is better) into disjoint boxes: slabs
 * between successive last losses, each cut in the same way by the other losses of the points at or below it. Exact;
 * the number of boxes grows as (points + 1)^(losses - 1).
 */
export function nonDominatedBoxes(points: readonly (readonly number[])[], reference: readonly number[]): Box[] {
  const inside = points.filter((point) => point.every((loss, i) => loss < reference[i]!));
  const last = reference.length - 1;
  if (last === 0) {
    const best = inside.reduce((least, [loss]) => Math.min(least, loss!), reference[0]!);
    return [{ lower: [-Infinity], upper: [best] }];
  }
  const levels = [...new Set(inside.map((point) => point[last]!))].sort((a, b) => a - b);
  const edges = [-Infinity, ...levels, reference[last]!];
  return edges.slice(0, -1).flatMap((from, i) => {
    const below = inside.filter((point) => point[last]! <= from).map((point) => point.slice(0, last));
    return nonDominatedBoxes(below, reference.slice(0, last)).map(({ lower, upper }) => ({
      lower: [...lower, from],
      upper: [...upper, edges[i + 1]!],
    }));
  });
}
