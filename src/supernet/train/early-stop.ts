import type { TrainingRow } from './training-log.js';

type Scored = Pick<TrainingRow, 'step' | 'iouLargest' | 'iouMedium' | 'iouSmallest'>;

export interface EarlyStop {
  /** Step of the best evaluation so far, the earliest of equals; 0 before the first one. */
  readonly bestStep: number;
  /** Evaluations since then. */
  readonly waited: number;
}

/**
 * Where early stopping stands after the steps of a log: the score of an evaluation is the mean IoU of the subnets that were measured. It
 * follows from the log alone, so that a resumed training stops where one that never stopped would.
 */
export function earlyStop(rows: readonly Scored[]): EarlyStop {
  const evaluations = rows.flatMap(({ step, iouLargest, iouMedium, iouSmallest }) => {
    const scores = [iouLargest, iouMedium, iouSmallest].filter((score) => score !== null);
    return scores.length === 0 ? [] : [{ step, score: scores.reduce((sum, each) => sum + each, 0) / scores.length }];
  });
  const best = evaluations.reduce((at, { score }, i) => (score > (evaluations[at]?.score ?? 0) ? i : at), 0);
  return {
    bestStep: evaluations[best]?.step ?? 0,
    waited: Math.max(0, evaluations.length - 1 - best),
  };
}
