import type { Objective } from '../core/objective.js';

/** What one technique reached with one seed. */
export interface ComparisonRow {
  /** As given: `tpe` or `tpe:option=value`. */
  readonly technique: string;
  readonly seed: number;
  /** Best value or hypervolume by number of trials; null where no trial was complete yet. */
  readonly at: { readonly [trials: string]: number | null };
  /** The whole curve: [trials, best value or hypervolume] whenever it moved. */
  readonly improvements: readonly (readonly [trials: number, reached: number])[];
  /** Part of the proposals that no legal configuration was made of, or that the study had measured before. */
  readonly illegalShare: number;
  readonly repeatedShare: number;
  /** Part of the trials without values: not in the table, failed. Other tools' rows may lack it. */
  readonly infeasibleShare?: number;
  /** Time of technique, study and store; the oracle's is not in it. */
  readonly engineSeconds: number;
}

/** What the rows were measured on and what is known of it. */
export interface ComparisonProblem {
  readonly space: string;
  readonly oracle: string;
  readonly objectives: readonly Objective[];
  readonly trials: number;
  readonly seeds: number;
  /** Of the hypervolume; null for one objective. */
  readonly reference: readonly number[] | null;
  /** The best value or hypervolume there is, given or read off the table; null when nobody knows. */
  readonly optimum: number | null;
  /** Counts for a run that has found nothing yet; null when nobody knows. */
  readonly worst: number | null;
  /** What random search is expected to reach after 1, 2, … trials; null without a table and without random's rows. */
  readonly baseline: readonly number[] | null;
  readonly baselineFrom: 'table' | 'random' | null;
}

/** A mean with its 95 % interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface TechniqueSummary {
  readonly technique: string;
  readonly seeds: number;
  /** (baseline - reached) / (baseline - optimum), the mean over the budget; null without a baseline or an optimum. */
  readonly score: Estimate | null;
  readonly at: { readonly [trials: string]: Estimate };
  readonly scoreAt: { readonly [trials: string]: number };
  /** Several objectives with a known optimum: the part of the hypervolume reached. */
  readonly shareAt: { readonly [trials: string]: number };
  readonly illegalShare: number;
  readonly repeatedShare: number;
  readonly infeasibleShare: number | null;
  readonly engineSecondsPerTrial: number;
}

/** Mann and Whitney's rank-sum test of the runs of two techniques: seeds share nothing between them, so none are paired. */
export interface PairTest {
  /** What was reached after so many; null: the score, the mean over the whole budget. */
  readonly trials: number | null;
  readonly a: string;
  readonly b: string;
  /** Whose mean is better. */
  readonly better: string;
  readonly statistic: number;
  readonly p: number;
  /** Corrected for all pairs of this quantity (Holm). */
  readonly pHolm: number;
}

export interface ComparisonSummary {
  readonly checkpoints: readonly number[];
  readonly baselineAt: { readonly [trials: string]: number } | null;
  /** The best score first; without scores, the best mean at the end. */
  readonly techniques: readonly TechniqueSummary[];
  /** Of every pair. */
  readonly tests: readonly PairTest[];
}
