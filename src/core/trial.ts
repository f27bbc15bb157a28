import type { FailureKind, Metrics, SeenParts } from './oracle.js';
import type { Configuration } from './space.js';

/** Author of the trials that a study took over from earlier ones; they do not count against its budget. */
export const WARM_START = 'warm-start';

/** Author of what came through a study's queue. */
export const ENQUEUED = 'enqueued';

/** A trial that was proposed and has no result yet. */
export interface OpenTrial {
  readonly number: number;
  readonly technique: string;
  readonly configuration: Configuration;
  /** How often a process ended while it measured the trial; absent for never. */
  readonly attempts?: number;
}

/** `pruned`: its race was lost before all of it was measured. */
export const FINISHED_STATES = ['complete', 'pruned', 'infeasible', 'failed'] as const;
export type FinishedState = (typeof FINISHED_STATES)[number];

/** A trial that was told to the technique. Only a complete one has values. */
export interface FinishedTrial {
  /** 0-based position in the study, never reused. */
  readonly number: number;
  /** The technique (for a meta-technique: the arm, "bandit/greedy-mutation") that proposed it. */
  readonly technique: string;
  /** Canonical form: inactive parameters are absent. */
  readonly configuration: Configuration;
  readonly state: FinishedState;
  /** Objective values in the study's order, as measured; null unless complete. */
  readonly values: readonly number[] | null;
  /**
   * Null when nothing was measured; a trial that broke a constraint on its metrics has them and no values. Of a pruned one
   * they are what its parts let expect, and the exact ones.
   */
  readonly metrics: Metrics | null;
  /** What was measured part by part, where configurations race. */
  readonly parts?: SeenParts;
  readonly failure?: { readonly kind: FailureKind; readonly message: string };
  /**
   * What the trial gained when told, as a share of what was seen: hypervolume added to the front (one objective: gain over
   * the best); 1 for the first, 0 for nothing.
   */
  readonly improvement: number;
}
