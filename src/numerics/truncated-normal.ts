import type { Rng } from '../base/rng.js';
import { normalDensity, normalDistribution } from './normal.js';

const ATTEMPTS = 32;

/** A normal cut off outside [0, 1]. */
export interface TruncatedNormal {
  density(x: number): number;
  /** The probability of lying between two numbers, clamped to [0, 1]. */
  mass(from: number, to: number): number;
  sample(rng: Rng): number;
}

/** @param mean within [0, 1] */
export function truncatedNormal(mean: number, deviation: number): TruncatedNormal {
  const at = (x: number) => normalDistribution((x - mean) / deviation);
  const bottom = at(0);
  const total = at(1) - bottom;
  const clamp = (x: number) => Math.min(1, Math.max(0, x));
  return {
    density: (x) => (x < 0 || x > 1 ? 0 : normalDensity((x - mean) / deviation) / (deviation * total)),
    mass: (from, to) => (at(clamp(to)) - at(clamp(from))) / total,
    // With the mean inside at least about a third of the draws is kept; where deviations are huge it is uniform.
    sample: (rng) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const drawn = mean + deviation * rng.normal();
        if (drawn >= 0 && drawn <= 1) return drawn;
      }
      return rng.float();
    },
  };
}
