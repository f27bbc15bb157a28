import { createRng } from '../../base/rng.js';
import type { Configuration, SearchSpace } from '../../core/space.js';
import { parameterCount } from '../model/closed-form.js';
import { countsHeads, type Encoder, subnetOf } from '../model/network.js';

/** A random subnet counts as equally large within this share of the target's parameters. */
const SIZE_TOLERANCE = 0.03;
const MAX_DRAWS = 20_000;

/** Random legal subnets whose size is that of `like`, drawn from the space's prior; fewer than `count` when they are rare. */
export function randomOfEqualSize(
  encoder: Encoder,
  space: SearchSpace,
  like: Configuration,
  count: number,
  seed: number,
): Configuration[] {
  const target = parameterCount(encoder, subnetOf(encoder, like));
  const rng = createRng(seed, 'random of equal size', target);
  const found = new Map<string, Configuration>();
  const taken = space.key(like);
  let current = like;
  for (let draw = 0; draw < MAX_DRAWS && found.size < count; draw++) {
    // Fresh draws first; where the size is rare, a walk of mutations that keeps to it forgets where it started.
    const candidate = draw < MAX_DRAWS / 4 ? space.sample(rng) : space.mutate(current, { rate: 0.5 }, rng);
    const size = parameterCount(encoder, subnetOf(encoder, candidate));
    if (Math.abs(size - target) > SIZE_TOLERANCE * target) continue;
    current = candidate;
    const key = space.key(candidate);
    if (key !== taken) found.set(key, candidate);
  }
  return [...found.values()];
}

/** Removes whole blocks from the end of the encoder until at most `limit` parameters are left. */
export function lastBlocksCut(encoder: Encoder, limit: number): Configuration {
  const configuration: Record<string, boolean | number> = {};
  for (const piece of [...encoder.pieces].reverse()) {
    if (parameterCount(encoder, subnetOf(encoder, configuration)) <= limit) break;
    if (piece.gate !== undefined) configuration[piece.gate] = false;
    else if (piece.width !== undefined) configuration[piece.width] = 0;
  }
  return configuration;
}

/** One share of every MLP's width, the largest that fits into `limit`; all gates closed as well where widths do not reach it. */
export function uniformWidth(encoder: Encoder, limit: number): Configuration {
  for (const open of [true, false]) {
    for (let eighths = 8; eighths >= 0; eighths--) {
      const configuration: Record<string, boolean | number> = {};
      for (const piece of encoder.pieces) {
        if (piece.gate !== undefined && !open) configuration[piece.gate] = false;
        if (piece.width !== undefined && !countsHeads(piece)) configuration[piece.width] = (piece.full * eighths) / 8;
      }
      if (eighths > 0 && parameterCount(encoder, subnetOf(encoder, configuration)) <= limit) return configuration;
    }
  }
  return lastBlocksCut(encoder, limit);
}
