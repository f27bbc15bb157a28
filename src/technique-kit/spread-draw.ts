import type { Rng } from '../base/rng.js';
import type { Configuration, SearchSpace } from '../core/space.js';

const DRAWS = 10;

/** Of a few random configurations the one farthest from all that are there (best-candidate sampling, Mitchell, 1991). */
export function spreadDraw(space: SearchSpace, others: readonly Configuration[], rng: Rng): Configuration {
  let best = space.sample(rng);
  if (others.length === 0) return best;
  let farthest = -1;
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = draw === 0 ? best : space.sample(rng);
    const nearest = nearestDistance(space, drawn, others);
    if (nearest > farthest) [best, farthest] = [drawn, nearest];
  }
  return best;
}

export function nearestDistance(space: SearchSpace, own: Configuration, others: readonly Configuration[]): number {
  return others.reduce((least, other) => Math.min(least, space.distance(own, other)), Infinity);
}
