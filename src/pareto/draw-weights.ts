import type { Rng } from '../base/rng.js';
import type { Objective } from '../core/objective.js';

/** Weights drawn evenly from all that are positive and have the sum 1. */
export function drawWeights(objectives: readonly Objective[], rng: Rng): number[] {
  const draws = objectives.map(() => -Math.log(1 - rng.float()));
  const sum = draws.reduce((total, draw) => total + draw, 0);
  return draws.map((draw) => draw / sum);
}
