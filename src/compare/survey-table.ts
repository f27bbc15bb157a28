import { losses } from '../core/losses.js';
import type { Objective } from '../core/objective.js';
import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { measuredConstraints } from '../study/measured-constraints.js';

/** Everything a table says of a space. */
export interface Survey {
  /** Legal configurations, those without values included: each would be a trial. */
  readonly size: number;
  /** The losses (smaller is better) of those with values. */
  readonly points: readonly (readonly number[])[];
}

const LARGEST = 2_000_000n;

/** Looks every configuration up; null when the oracle is no table, or the space is too large to go through. */
export async function surveyTable(
  space: SearchSpace,
  oracle: Oracle,
  objectives: readonly Objective[],
  constraints: readonly string[],
): Promise<Survey | null> {
  const size = space.size();
  if (oracle.name !== 'table' || size === null || size > LARGEST) return null;
  const broken = measuredConstraints(space, oracle.metrics, constraints);
  const context = { trial: 0, seed: 0, signal: new AbortController().signal };
  const points: number[][] = [];
  for (const configuration of space.enumerate()) {
    const measurement = await oracle.measure(configuration, context);
    if (measurement.state !== 'complete') continue;
    const metrics = { ...oracle.analyze?.(configuration), ...measurement.metrics };
    const values = objectives.map(({ metric }) => metrics[metric] ?? Number.NaN);
    if (broken(configuration, metrics) !== undefined) continue;
    if (values.every(Number.isFinite)) points.push(losses(values, objectives));
  }
  return points.length === 0 ? null : { size: Number(size), points };
}
