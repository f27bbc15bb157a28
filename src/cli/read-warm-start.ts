import type { Objective } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import type { FinishedTrial } from '../core/trial.js';
import { UsageError } from '../errors.js';
import { readStudyFile } from './stored-study.js';
import { note } from './terminal.js';

/**
 * The trials of another study that a new one can begin with: those of its space that measured its objectives, or are infeasible.
 * How many are left out is said.
 *
 * @param spec `DB` or `DB:NAME`
 * @throws UsageError when there are some and none can be used
 */
export function readWarmStart(
  spec: string,
  space: SearchSpace,
  oracle: Pick<Oracle, 'analyze'>,
  objectives: readonly Objective[],
): readonly FinishedTrial[] {
  const { finished } = readStudyFile(spec);
  const outside = new Set(finished.filter(({ configuration }) => !space.isLegal(configuration)));
  const usable = finished.filter((trial) => {
    const { state, metrics, configuration } = trial;
    if (state === 'pruned' || outside.has(trial)) return false;
    if (metrics === null) return state === 'infeasible';
    const known = { ...metrics, ...oracle.analyze?.(configuration) };
    return objectives.every(({ metric }) => Number.isFinite(known[metric]));
  });
  const unmeasured = finished.length - usable.length - outside.size;
  const why = [
    ...(outside.size === 0 ? [] : [`${outside.size} lie outside the space`]),
    ...(unmeasured === 0 ? [] : [`${unmeasured} did not measure ${objectives.map(({ metric }) => metric).join(', ')}`]),
  ].join(', ');
  if (finished.length > 0 && usable.length === 0) {
    throw new UsageError(`not one of ${finished.length} trials of ${spec} can begin this study: ${why}`, {
      remedy: 'give a study of the same space and objectives, or leave --warm-start out',
    });
  }
  if (why !== '') note(`${usable.length} of ${finished.length} trials of ${spec} begin this study; ${why}`);
  return usable;
}
