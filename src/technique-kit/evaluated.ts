import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import type { Configuration } from '../core/space.js';
import type { FinishedTrial } from '../core/trial.js';

/** A member of a population: what was measured, and its losses (smaller is better) in the order of the objectives. */
export type Evaluated = { readonly configuration: Configuration; readonly losses: readonly number[] };

/** The complete trials among those told, as members of a population. */
export function evaluated(trials: readonly FinishedTrial[], objectives: readonly Objective[]): Evaluated[] {
  return trials.flatMap(({ configuration, values }) =>
    values === null ? [] : [{ configuration, losses: losses(values, objectives) }],
  );
}
