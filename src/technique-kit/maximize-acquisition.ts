import type { Rng } from '../base/rng.js';
import type { Configuration, SearchSpace } from '../core/space.js';

export interface MaximizeOptions {
  readonly space: SearchSpace;
  readonly rng: Rng;
  /** Promising configurations: the best, or the front. */
  readonly elites: readonly Configuration[];
  /** True for what was measured or is being measured. */
  isTaken(key: string): boolean;
  score(configuration: Configuration): number;
  /** How many configurations are scored at most. */
  readonly budget: number;
}

/** Half of the budget goes to the pool, the rest to climbing from its best. */
const POOL = 0.5;
const CLIMBS = 4;
const FINE = { rate: 0, kind: 'normal', sigma: 0.02 } as const;
const FINE_STEPS = 6;

/**
 * The configuration of the highest score found that is not taken: the best of a pool (mutants and crossings of the
 * elites, random draws; everything where the space is small), then a climb from each of the best over neighbours, and
 * over small steps where parameters are continuous. Undefined when all that was seen is taken.
 */
export function maximizeAcquisition(options: MaximizeOptions): Configuration | undefined {
  const { space, rng, score, budget } = options;
  const scored = new Map<string, { readonly configuration: Configuration; readonly score: number }>();
  const take = (configuration: Configuration) => {
    const key = space.key(configuration);
    const known = scored.get(key);
    if (known !== undefined) return known;
    if (scored.size >= budget || options.isTaken(key)) return undefined;
    const entry = { configuration, score: score(configuration) };
    scored.set(key, entry);
    return entry;
  };
  for (const configuration of pool(options, Math.ceil(POOL * budget))) take(configuration);
  const isContinuous = space.parameters.some(({ cardinality }) => cardinality > 1000);
  for (let { configuration: at, score: height } of best([...scored.values()], CLIMBS)) {
    for (let climbing = true; climbing && scored.size < budget; ) {
      climbing = false;
      const steps = rng.shuffle(space.neighbours(at));
      if (isContinuous) for (let i = 0; i < FINE_STEPS; i++) steps.unshift(space.mutate(at, FINE, rng));
      for (const step of steps) {
        const found = take(step);
        if (found === undefined || found.score <= height) continue;
        [at, height, climbing] = [found.configuration, found.score, true];
        break;
      }
    }
  }
  return best([...scored.values()], 1)[0]?.configuration;
}

function pool({ space, rng, elites }: MaximizeOptions, count: number): Configuration[] {
  const size = space.size();
  if (size !== null && size <= BigInt(count)) return [...space.enumerate()];
  const rate = 1 / space.parameters.length;
  return Array.from({ length: count }, (_, i) => {
    if (elites.length === 0 || i % 5 === 0) return space.sample(rng);
    const parent = rng.pick(elites);
    if (i % 5 < 3) return space.mutate(parent, { rate: i % 2 === 0 ? rate : 2 * rate }, rng);
    const child = space.crossover(parent, rng.pick(elites), rng);
    return i % 2 === 0 ? child : space.mutate(child, { rate: 0 }, rng);
  });
}

function best<Entry extends { readonly score: number }>(entries: readonly Entry[], count: number): Entry[] {
  return [...entries].sort((a, b) => b.score - a.score).slice(0, count);
}
