import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import type { FinishedTrial } from '../core/trial.js';
import { extendFront } from '../pareto/growing-front.js';

export interface CurrentFront {
  add(trial: FinishedTrial): void;
  /** In the order told; of equal trials the first alone. */
  members(): readonly FinishedTrial[];
}

/** The non-dominated complete trials, kept up to date trial by trial. */
export function createFront(objectives: readonly Objective[]): CurrentFront {
  let members: readonly { readonly trial: FinishedTrial; readonly losses: readonly number[] }[] = [];
  return {
    add(trial) {
      if (trial.values !== null) members = extendFront(members, { trial, losses: losses(trial.values, objectives) });
    },
    members: () => members.map(({ trial }) => trial),
  };
}
