import type { Json } from '../base/json.js';
import type { Rng } from '../base/rng.js';
import type { Configuration } from './configuration.js';
import type { Objective } from './objective.js';
import type { SearchSpace } from './space.js';
import type { FinishedTrial } from './trial.js';

/** Everything a technique may look at. It never reads a clock, a file or `Math.random`. */
export interface Context {
  readonly space: SearchSpace;
  readonly rng: Rng;
  readonly objectives: readonly Objective[];
  /** Every finished trial of the study so far, in the order told; model-based techniques read it instead of copying. */
  readonly trials: readonly FinishedTrial[];
}

/**
 * A search technique: three pure functions over an explicit JSON state. The study stores the state
 * in the same transaction as the trials, so a resumed search equals an uninterrupted one.
 */
export interface Technique<State extends Json = Json> {
  readonly name: string;
  init(context: Context): State;
  /** Proposes at most `count` legal configurations; an empty list means "nothing until the next tell". */
  ask(state: State, count: number, context: Context): [proposals: Configuration[], next: State];
  /** Learns from every finished trial of the study, whichever technique proposed it. */
  tell(state: State, trials: readonly FinishedTrial[], context: Context): State;
  /** A technique of techniques says which part made the proposals of the `ask` that returned this state. */
  proposer?(state: State): string;
}
