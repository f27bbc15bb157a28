import type { Json } from '../base/json.js';
import type { Objective } from '../core/objective.js';
import type { Measurement, Oracle } from '../core/oracle.js';
import type { Configuration, SearchSpace } from '../core/space.js';
import type { OpenTrial, Store, StudyEvent } from '../core/store.js';
import type { Technique } from '../core/technique.js';
import type { FinishedTrial } from '../core/trial.js';

export interface StudyOptions {
  readonly name: string;
  readonly space: SearchSpace;
  readonly oracle: Oracle;
  readonly technique: Technique;
  /** The technique as the user wrote it, with its options; its name by default. */
  readonly techniqueSpec?: string;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  readonly store: Store;
  /** Go on with the stored study of that name; without it a stored one is an error. */
  readonly resume?: boolean;
  /** Versions, machine and backend, kept beside the trials; nothing depends on them. */
  readonly environment?: { readonly [key: string]: Json };
  /** Expressions over parameters and measured metrics: a trial that breaks one is infeasible. The space settles others. */
  readonly constraints?: readonly string[];
  /** Trials of earlier studies that a new one begins with: told first, not counted as its own. Ignored on a resume. */
  readonly warmStart?: readonly FinishedTrial[];
  /** Configurations that a new study measures first. Ignored on a resume. */
  readonly seedConfigurations?: readonly Configuration[];
}

/** A study whose loop the caller owns. */
export interface Study {
  /** Finished trials in the order told. */
  readonly trials: readonly FinishedTrial[];
  /** How many of them the study measured itself: without those of a warm start. */
  readonly measuredCount: number;
  /** Trials since the last one that improved on those before it; all while none did. */
  readonly sinceImprovement: number;
  /** Up to `count` trials to measure, those left over from an earlier run first. None when the space is exhausted. */
  ask(count?: number): OpenTrial[];
  /** Hands in what was measured, in whatever order results come. */
  tell(number: number, measurement: Measurement, seconds?: number): FinishedTrial;
  /** The best complete trial of a study with one objective; any of the front otherwise. */
  best(): FinishedTrial | undefined;
  /** The non-dominated complete trials, right after every tell. */
  front(): FinishedTrial[];
  /** Gives the study back; what is not told stays pending. `event` goes into its log. */
  close(event?: { readonly kind: StudyEvent; readonly detail: string }): void;
}
