import type { FinishedTrial } from '../../core/trial.js';
import { TARGET_REDUCTIONS } from './settings.js';

export interface ChosenSubnet {
  /** `subnet-50`: at least 50 % fewer encoder parameters. */
  readonly name: string;
  readonly target: number;
  readonly trial: FinishedTrial;
}

/**
 * For every target reduction the trial with the best validation score among those at least that much smaller.
 * Ties go to the smaller subnet, then to the earlier trial. A target nothing reaches is left out.
 */
export function chooseSubnets(trials: readonly FinishedTrial[], fullParameters: number): ChosenSubnet[] {
  return TARGET_REDUCTIONS.flatMap((target) => {
    const limit = fullParameters * (1 - target);
    const fitting = trials.filter(({ state, metrics }) => state === 'complete' && parameters(metrics) <= limit);
    const best = fitting.reduce<FinishedTrial | undefined>(
      (a, b) => (a === undefined || better(b, a) ? b : a),
      undefined,
    );
    return best === undefined ? [] : [{ name: `subnet-${Math.round(target * 100)}`, target, trial: best }];
  });
}

function better(a: FinishedTrial, b: FinishedTrial): boolean {
  const gain = (a.metrics?.['meanIou'] ?? 0) - (b.metrics?.['meanIou'] ?? 0);
  return gain > 0 || (gain === 0 && parameters(a.metrics) < parameters(b.metrics));
}

const parameters = (metrics: FinishedTrial['metrics']): number => metrics?.['encoderParameters'] ?? Infinity;
