import { losses } from '../core/losses.js';
import type { Objective } from '../core/objective.js';
import type { FinishedTrial } from '../core/trial.js';
import { dominates } from '../pareto/dominates.js';

export interface CurrentFront {
  add(trial: FinishedTrial): void;
  /** In the order told; of equal trials the first alone. */
  members(): readonly FinishedTrial[];
}

/** The non-dominated complete trials, kept up to date trial by trial. */
export function createFront(objectives: readonly Objective[]): CurrentFront {
  let members: { readonly trial: FinishedTrial; readonly point: readonly number[] }[] = [];
  return {
    add(trial) {
      if (trial.values === null) return;
      const point = losses(trial.values, objectives);
      const covered = (other: readonly number[]) => other.every((loss, i) => loss <= (point[i] as number));
      if (members.some((member) => covered(member.point))) return;
      members = [...members.filter((member) => !dominates(point, member.point)), { trial, point }];
    },
    members: () => members.map(({ trial }) => trial),
  };
}
