import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { UsageError } from '../errors.js';
import { referencePoint } from '../pareto/growing-front.js';
import { hypervolume } from '../pareto/hypervolume.js';
import type { ComparisonProblem } from './comparison.js';
import { expectedRandomCurve, simulatedRandomCurve, surveyTable } from './random-search.js';

export interface ComparisonSettings {
  readonly space: SearchSpace;
  readonly oracle: Oracle;
  readonly objectives: readonly Objective[];
  /** Over measured metrics; the space settles others. */
  readonly constraints: readonly string[];
  readonly trials: number;
  readonly seeds: number;
  /** In the objectives' order, as measured. */
  readonly reference?: readonly number[];
  /** The best value, or the best hypervolume. */
  readonly optimum?: number;
}

/**
 * Gathers what is known of a problem before anything runs. A table is gone through: it gives the optimum, the reference
 * point and random search's expected curve.
 *
 * @throws UsageError when several objectives have no reference point, or one that does not fit.
 */
export async function openComparison(settings: ComparisonSettings): Promise<ComparisonProblem> {
  const { space, oracle, objectives, constraints, trials, seeds } = settings;
  const survey = await surveyTable(space, oracle, objectives, constraints);
  const points = survey?.points ?? [];
  const limit = objectives.length === 1 ? null : limitOf(settings, points);
  const sign = objectives[0]?.direction === 'max' ? -1 : 1;
  const single = points.map((point) => sign * point[0]!);
  const extreme = (best: boolean) => single.reduce((a, b) => ((best ? sign : -sign) * (a - b) < 0 ? a : b));
  const optimum = survey === null ? null : limit === null ? extreme(true) : hypervolume(points, limit);
  const worst = limit === null ? (survey === null ? null : extreme(false)) : 0;
  const baseline =
    survey === null
      ? null
      : limit !== null
        ? simulatedRandomCurve(survey, limit, trials)
        : expectedRandomCurve(
            points.map(([loss]) => loss!),
            survey.size,
            trials,
            sign * (worst as number),
          ).map((loss) => sign * loss);
  return {
    ...{ space: space.name, oracle: oracle.name, objectives, trials, seeds },
    reference: limit === null ? null : losses(limit, objectives),
    optimum: settings.optimum ?? optimum,
    ...{ worst, baseline, baselineFrom: baseline === null ? null : 'table' },
  };
}

/** The reference point as losses. */
function limitOf(
  { objectives, reference }: ComparisonSettings,
  points: readonly (readonly number[])[],
): readonly number[] {
  const names = objectives.map(({ metric }) => metric).join(',');
  if (reference !== undefined) {
    if (reference.length === objectives.length) return losses(reference, objectives);
    throw new UsageError(`--reference has ${reference.length} values for ${objectives.length} objectives`, {
      remedy: `give one each, in this order: ${names}`,
    });
  }
  if (points.length === 0) {
    throw new UsageError('several objectives need a reference point for their hypervolume', {
      remedy: `give --reference with values that no good configuration exceeds, in this order: ${names}`,
    });
  }
  return referencePoint(points);
}
