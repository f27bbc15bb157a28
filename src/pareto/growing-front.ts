import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import type { FinishedTrial } from '../core/trial.js';
import { dominates } from '../pareto/dominance.js';
import { hypervolumeImprovement } from '../pareto/hypervolume.js';

/**
 * The front with one more candidate: as it was when a member is at least as good in every loss (smaller is better),
 * otherwise without the members that the candidate dominates, and the candidate last.
 */
export function extendFront<Member extends { readonly losses: readonly number[] }>(
  front: readonly Member[],
  candidate: Member,
): Member[] {
  const isCovered = front.some(({ losses }) => losses.every((loss, i) => loss <= candidate.losses[i]!));
  if (isCovered) return [...front];
  return [...front.filter(({ losses }) => !dominates(candidate.losses, losses)), candidate];
}

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

export interface ImprovementMeter {
  /** Takes in the values of a complete trial and returns what it gained: 0 when nothing. */
  add(values: readonly number[]): number;
}

/** How far beyond the worst value seen the reference point lies, as a part of the range seen. */
const MARGIN = 0.1;

/**
 * Measures what every complete trial adds, as a share, so that it has no unit. One objective: the gain over the best so
 * far, of the range seen so far. Several: the hypervolume added to the front, of the box between the best values seen
 * so far and a reference point that lies a tenth of the range seen so far beyond the worst, this trial included. The
 * first trial gains 1. Everything follows from the told trials alone, so a resumed study computes the same gains, and a
 * trial that extends the front at an end is never worth nothing.
 */
export function createImprovementMeter(objectives: readonly Objective[]): ImprovementMeter {
  let front: number[][] = [];
  const least = objectives.map(() => Infinity);
  const most = objectives.map(() => -Infinity);

  return {
    add(values) {
      const point = losses(values, objectives);
      for (const [i, loss] of point.entries()) {
        least[i] = Math.min(least[i] as number, loss);
        most[i] = Math.max(most[i] as number, loss);
      }
      if (front.some((other) => dominates(other, point) || other.every((loss, i) => loss === point[i]))) return 0;
      const gain =
        objectives.length === 1
          ? singleGain()
          : hypervolumeImprovement(
              front.map(share),
              share(point),
              point.map(() => 1),
            );
      front = [...front.filter((other) => !dominates(point, other)), point];
      return Math.max(gain, Number.EPSILON);

      function singleGain(): number {
        const best = front[0]?.[0];
        return best === undefined ? 1 : (best - (point[0] as number)) / ((most[0] as number) - (least[0] as number));
      }
    },
  };

  /** 0 for the best value seen of each objective, 1 for that of the reference point. */
  function share(point: readonly number[]): number[] {
    return point.map((loss, i) => {
      const range = (most[i] as number) - (least[i] as number);
      return range > 0 ? (loss - (least[i] as number)) / ((1 + MARGIN) * range) : 0;
    });
  }
}
