import { expectedBelow, logExpectedBelow } from '../numerics/normal.js';
import { nonDominatedBoxes } from './non-dominated-boxes.js';
import type { Prediction } from './prediction.js';

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
  const places = boxes.map(({ lower, upper }) => ({
    lower: lower.map((loss, i) => edges[i]!.indexOf(loss)),
    upper: upper.map((loss, i) => edges[i]!.indexOf(loss)),
  }));
  return (predictions) => {
    const below = predictions.map(({ mean, variance }, i) => {
      const deviation = Math.sqrt(variance);
      return edges[i]!.map((edge) => (edge === -Infinity ? 0 : deviation * expectedBelow((edge - mean) / deviation)));
    });
    let sum = 0;
    for (const { lower, upper } of places) {
      let volume = 1;
      for (let i = 0; i < below.length; i++) volume *= below[i]![upper[i]!]! - below[i]![lower[i]!]!;
      sum += volume;
    }
    return sum > 0 ? Math.log(sum) : LEAST;
  };
}
