import type { Configuration } from '../../core/configuration.js';
import { createRng } from '../../core/rng.js';
import type { SearchSpace } from '../../core/space.js';

/** The members of a sandwich step (Yu and Huang, 2019) with the names their losses are logged under. */
export interface SandwichMember {
  readonly name: 'largest' | 'smallest' | 'random';
  readonly configuration: Configuration;
}

/** Largest, smallest and `randomSubnets` drawn from the space's prior, afresh for every step from (seed, step). */
export function sandwich(space: SearchSpace, randomSubnets: number, seed: number, step: number): SandwichMember[] {
  const rng = createRng(seed, 'sandwich', step);
  return [
    { name: 'largest', configuration: extreme(space, -1) },
    { name: 'smallest', configuration: extreme(space, 0) },
    ...Array.from({ length: randomSubnets }, () => ({ name: 'random' as const, configuration: space.sample(rng) })),
  ];
}

/** Every parameter at its last (-1) or first (0) value: gates closed and least widths come first. */
export function extreme(space: SearchSpace, end: 0 | -1): Configuration {
  return space.canonical(
    Object.fromEntries(space.parameters.map(({ name, values }) => [name, values?.at(end) as boolean | number])),
  );
}
