import type { Rng } from '../base/rng.js';
import type { Configuration, SearchSpace } from '../core/space.js';

const DRAWS = 200;
/** Beyond this many configurations, a space of which 200 draws were all measured before counts as exhausted. */
const ENUMERABLE = 1_000_000n;

/** A random configuration that was not measured yet; undefined when none is left. */
export function drawUnseen(space: SearchSpace, seen: ReadonlySet<string>, rng: Rng): Configuration | undefined {
  const size = space.size();
  if (size !== null && BigInt(seen.size) >= size) return undefined;
  for (let draw = 0; draw < DRAWS; draw++) {
    const configuration = space.sample(rng);
    if (!seen.has(space.key(configuration))) return configuration;
  }
  if (size === null || size > ENUMERABLE) return undefined;
  const left: Configuration[] = [];
  for (const configuration of space.enumerate()) {
    if (!seen.has(space.key(configuration))) left.push(configuration);
  }
  return left.length === 0 ? undefined : rng.pick(left);
}
