import type { Json } from '../base/json.js';
import type { Configuration, SearchSpace } from './space.js';

export type Metrics = { readonly [metric: string]: number };

/** Why a measurement gave no values (Kernel Tuner's kinds); `lost`: again and again the process ended meanwhile. */
export const FAILURE_KINDS = ['timeout', 'build', 'runtime', 'correctness', 'constraint', 'lost'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export type Measurement = (
  | { readonly state: 'complete'; readonly metrics: Metrics }
  | { readonly state: 'infeasible'; readonly message?: string }
  | { readonly state: 'failed'; readonly kind: FailureKind; readonly message: string }
) & {
  /** What measuring took when it was recorded: a replayed measurement counts so many seconds of the study's budget. */
  readonly seconds?: number;
};

export interface MeasureContext {
  readonly trial: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * What measures a configuration. The engine knows nothing else about the problem.
 * `measure` may throw: the trial is then stored as failed (kind runtime) and the study goes on.
 */
export interface Oracle {
  readonly name: string;
  /** Names of the metrics a complete measurement carries (analytic ones included). */
  readonly metrics: readonly string[];
  /** Cheap, exact metrics known before measuring (parameter counts, MACs); constraints may use them. */
  analyze?(configuration: Configuration): Metrics;
  measure(configuration: Configuration, context: MeasureContext): Promise<Measurement>;
  /** What the numbers depend on (file hashes, input size, seeds): a study refuses to resume when it changes. */
  fingerprint(): Promise<{ readonly [key: string]: Json }>;
  /**
   * Every legal configuration of the space with its measurement, for oracles that look recorded measurements up and so
   * can tell all of them at once.
   */
  enumerate?(space: SearchSpace): Iterable<readonly [Configuration, Measurement]>;
  /** What who opened it should know: what was left out of a table, say. */
  readonly notes?: readonly string[];
  close?(): Promise<void>;
}
