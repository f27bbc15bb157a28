import type { Objective } from '../../src/core/objective.js';
import type { Metrics, Oracle } from '../../src/core/oracle.js';
import type { Configuration } from '../../src/core/space.js';
import type { SpaceDefinition } from '../../src/search-space/definition.js';

/** A synthetic problem whose answer is known. Everything about losses: what is to be maximised has its sign changed. */
export interface Problem {
  readonly name: string;
  readonly definition: SpaceDefinition;
  readonly objectives: readonly Objective[];
  /** The objectives as measured; null where a constraint that only measuring shows is broken. */
  evaluate(configuration: Configuration): Metrics | null;
  /**
   * The losses of every non-dominated point: all of them on a grid, a dense even sample in a continuum. One objective:
   * the optimum alone.
   */
  front(): number[][];
  /** Losses beyond the worst of the front, for hypervolumes. */
  readonly reference: readonly number[];
}

/** The problem as the engine measures it. */
export function oracleOf({ name, objectives, evaluate }: Problem): Oracle {
  return {
    name,
    metrics: objectives.map(({ metric }) => metric),
    fingerprint: async () => ({ problem: name }),
    async measure(configuration) {
      const metrics = evaluate(configuration);
      return metrics === null ? { state: 'infeasible' } : { state: 'complete', metrics };
    },
  };
}
