import { sampleStandardDeviation } from 'simple-statistics';
import type { Configuration, SearchSpace } from '../../core/space.js';
import type { FinishedTrial } from '../../core/trial.js';
import { TARGET_REDUCTIONS } from './settings.js';

export interface ChosenSubnet {
  /** `subnet-50`: at least 50 % fewer encoder parameters. */
  readonly name: string;
  readonly target: number;
  readonly trial: FinishedTrial;
}

const PROMPT_METRICS = ['boxIou', 'pointIou'] as const;

/**
 * For every target reduction the best trial on validation among those at least that much smaller: the largest sum of its box
 * and point scores, each in units of its spread over all trials. Points vary several times as much as boxes, so a plain
 * mean would choose by points alone. Ties go to the smaller subnet, then to the earlier trial. A target nothing reaches
 * is left out.
 */
export function chooseSubnets(trials: readonly FinishedTrial[], fullParameters: number): ChosenSubnet[] {
  const complete = trials.filter(({ state }) => state === 'complete');
  const units = PROMPT_METRICS.map((metric) => ({ metric, spread: spreadOf(complete.map(metricOf(metric))) }));
  const score = (trial: FinishedTrial) =>
    units.reduce((sum, { metric, spread }) => sum + metricOf(metric)(trial) / spread, 0);
  const better = (a: FinishedTrial, b: FinishedTrial): boolean => {
    const gain = score(a) - score(b);
    return gain > 0 || (gain === 0 && parameters(a) < parameters(b));
  };
  return TARGET_REDUCTIONS.flatMap((target) => {
    const limit = fullParameters * (1 - target);
    const fitting = complete.filter((trial) => parameters(trial) <= limit);
    const [first, ...others] = fitting;
    if (first === undefined) return [];
    const trial = others.reduce((best, other) => (better(other, best) ? other : best), first);
    return [{ name: `subnet-${Math.round(target * 100)}`, target, trial }];
  });
}

const metricOf =
  (metric: string) =>
  ({ metrics }: FinishedTrial): number =>
    metrics?.[metric] ?? 0;

const parameters = (trial: FinishedTrial): number => trial.metrics?.['encoderParameters'] ?? Infinity;

/** 1 where nothing varies. */
const spreadOf = (values: readonly number[]): number =>
  (values.length > 1 ? sampleStandardDeviation([...values]) : 0) || 1;

/**
 * Configurations along the diagonal of a space, from every parameter at its first value (the smallest subnet) to every
 * parameter at its last: a search that has measured them knows the whole range of sizes from the start.
 */
export function diagonal(space: SearchSpace, count: number): Configuration[] {
  return Array.from({ length: count }, (_, i) =>
    space.canonical(
      Object.fromEntries(
        space.parameters.map(({ name, values }) => {
          const last = (values?.length ?? 1) - 1;
          return [name, values?.[Math.round((i / (count - 1)) * last)] as boolean | number];
        }),
      ),
    ),
  );
}
