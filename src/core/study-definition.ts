import type { Json } from '../base/json.js';
import type { Objective } from './objective.js';

/** Everything that a study's numbers depend on. Resuming needs the same definition. */
export interface StudyDefinition {
  readonly name: string;
  readonly space: {
    readonly name: string;
    readonly hash: string;
    /** One readable line a parameter, so that a refusal can show what changed. */
    readonly parameters: { readonly [parameter: string]: Json };
  };
  readonly oracle: { readonly name: string; readonly fingerprint: { readonly [key: string]: Json } };
  /** As given: `bandit:arms=random+greedy-mutation`. */
  readonly technique: string;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  /** Expressions over measured metrics that a complete trial meets; absent without any. */
  readonly constraints?: readonly string[];
}
