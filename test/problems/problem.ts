import type { Objective } from '../../src/core/objective.js';
import type { Metrics, Oracle } from '../../src/core/oracle.js';
import type { Configuration } from '../../src/core/space.js';
import type { Limit } from '../../src/core/technique.js';
import type { SpaceDefinition } from '../../src/search-space/definition.js';

/** A synthetic problem whose answer is known. Everything about losses: what is to be maximised has its sign changed. */
export interface Problem {
  readonly name: string;
  readonly definition: SpaceDefinition;
  readonly objectives: readonly Objective[];
  /** The constraints on further metrics, where by how much they are broken is measured. */
  readonly limits?: readonly Limit[];
  /** The metrics as measured; null where a constraint that only measuring shows, and shows no number of, is broken. */
  evaluate(configuration: Configuration): Metrics | null;
  /**
   * The losses of every non-dominated point: all of them on a grid, a dense even sample in a continuum. One objective:
   * the optimum alone.
   */
  front(): number[][];
  /** Losses beyond the worst of the front, for hypervolumes. */
  readonly reference: readonly number[];
}

/** What is measured: the objectives, then what the limits are on. */
export const metricsOf = ({ objectives, limits = [] }: Problem): string[] =>
  [...objectives, ...limits].map(({ metric }) => metric);

/** The problem as the engine measures it. */
export function oracleOf(problem: Problem): Oracle {
  const { name, evaluate } = problem;
  return {
    name,
    metrics: metricsOf(problem),
    fingerprint: async () => ({ problem: name }),
    async measure(configuration) {
      const metrics = evaluate(configuration);
      return metrics === null ? { state: 'infeasible' } : { state: 'complete', metrics };
    },
  };
}
