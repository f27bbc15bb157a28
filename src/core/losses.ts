import type { Objective } from './objective.js';

/** The objective values turned so that smaller is better: those to maximise change their sign. */
export function losses(values: readonly number[], objectives: readonly Objective[]): number[] {
  return values.map((value, i) => (objectives[i]?.direction === 'max' ? -value : value));
}
