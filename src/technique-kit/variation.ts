import type { Rng } from '../base/rng.js';
import { losses, type Objective } from '../core/objective.js';
import {
  type Configuration,
  type CrossoverKind,
  crossoverKinds,
  type MutationKind,
  mutationKinds,
  type SearchSpace,
} from '../core/space.js';
import type { OptionSpecs } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';

/** The options of `vary`, for techniques to list among their own. */
export const variationOptions = {
  crossover: {
    type: 'string',
    default: 'sbx',
    choices: crossoverKinds,
    description: 'how two parents mix: sbx blends numbers, px to ox3 recombine orders',
  },
  mating: { type: 'float', default: 0.9, min: 0, max: 1, description: 'chance that a child has two parents' },
  mutation: {
    type: 'string',
    default: 'polynomial',
    choices: mutationKinds,
    description: 'draw a changed parameter afresh, or step from its value, polynomial within its bounds',
  },
  mutations: {
    type: 'float',
    default: 1,
    min: 0,
    max: 1000,
    description: 'parameters of a child that mutate on average',
  },
  sigma: { type: 'float', default: 0.1, min: 0, max: 1, description: 'step of normal mutation on the unit axis' },
} as const satisfies OptionSpecs;

export type VariationOptions = {
  readonly crossover: string;
  readonly mating: number;
  readonly mutation: string;
  readonly mutations: number;
  readonly sigma: number;
};

/**
 * A child of two parents: crossover with the chance `mating`, then each active parameter mutates with the chance
 * `mutations` / their number. A child that nothing has changed so far mutates in any case.
 */
export function vary(
  mother: Configuration,
  father: Configuration,
  { crossover, mating, mutation, mutations, sigma }: VariationOptions,
  space: SearchSpace,
  rng: Rng,
): Configuration {
  const child =
    rng.float() < mating ? space.crossover(mother, father, rng, crossover as CrossoverKind) : space.canonical(mother);
  const count = Object.keys(child).length;
  const rate = Math.min(1, mutations / count);
  const isNew = space.key(child) !== space.key(mother) && space.key(child) !== space.key(father);
  if (isNew && rng.float() < (1 - rate) ** count) return child;
  return space.mutate(child, { rate, kind: mutation as MutationKind, sigma }, rng);
}

/** A member of a population: what was measured, and its losses (smaller is better) in the order of the objectives. */
export type Evaluated = { readonly configuration: Configuration; readonly losses: readonly number[] };

/** Whether the configuration can be measured: it was, or enough of it was to know that it is dominated. */
export const isMeasured = ({ values, state }: FinishedTrial): boolean => values !== null || state === 'pruned';

/**
 * The trials among those told that have losses and no values, for models alone: those stopped by their race, with the losses
 * that the parts seen let expect (they are known to be dominated), and, where they are wanted, those that broke a
 * constraint on their metrics. None of them belongs to a population.
 */
export function expectedOf(
  trials: readonly FinishedTrial[],
  objectives: readonly Objective[],
  state: 'pruned' | 'infeasible' = 'pruned',
): Evaluated[] {
  return trials.flatMap((trial) => {
    const { configuration, metrics } = trial;
    if (trial.state !== state || metrics === null) return [];
    const values = objectives.map(({ metric }) => metrics[metric] ?? Number.NaN);
    return values.every(Number.isFinite) ? [{ configuration, losses: losses(values, objectives) }] : [];
  });
}

/** The complete trials among those told, as members of a population. */
export function evaluated(trials: readonly FinishedTrial[], objectives: readonly Objective[]): Evaluated[] {
  return trials.flatMap(({ configuration, values }) =>
    values === null ? [] : [{ configuration, losses: losses(values, objectives) }],
  );
}
