import type { Json } from '../base/json.js';
import type { Rng } from '../base/rng.js';
import type { Objective } from './objective.js';
import type { Configuration, SearchSpace } from './space.js';
import type { FinishedTrial } from './trial.js';

/** A constraint that compares one metric with a number: it is to be at most that, or at least. */
export interface Limit {
  readonly metric: string;
  readonly side: 'most' | 'least';
  readonly bound: number;
}

/** A complete trial of a study of a problem like this one; values in this study's order of objectives. */
export interface PriorTrial {
  readonly configuration: Configuration;
  readonly values: readonly number[];
}

/** Everything a technique may look at. It never reads a clock, a file or `Math.random`. */
export interface Context {
  readonly space: SearchSpace;
  readonly rng: Rng;
  readonly objectives: readonly Objective[];
  /** The constraints on measured metrics that say by how much they are met; absent without any. */
  readonly limits?: readonly Limit[];
  /** What a study of a problem like this one measured: an expectation, no trials. */
  readonly prior?: readonly PriorTrial[];
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
  /** Its name with the options that are not their defaults, `tpe:startup=5`: what a study compares at a resume. */
  readonly spec?: string;
}

export type OptionValue = number | string | boolean;

/** One setting of a technique, as `supersam techniques` lists it and `--technique NAME:option=value` sets it. */
export interface OptionSpec<Value extends OptionValue = OptionValue> {
  readonly type: 'integer' | 'float' | 'boolean' | 'string';
  readonly default: Value;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly Value[];
  readonly description: string;
}

export type OptionSpecs = { readonly [option: string]: OptionSpec };

/** What a technique file default-exports. */
export interface TechniqueDefinition {
  readonly name: string;
  /** One line, with the paper it comes from. */
  readonly description: string;
  readonly options: OptionSpecs;
  /** For a technique of techniques: the string option that lists its parts, joined by "+". */
  readonly parts?: string;
  /** Fits a model to the trials when asked, so that a proposal takes milliseconds; tests then run shorter studies. */
  readonly modelBased?: boolean;
  create(options: { readonly [option: string]: OptionValue }, parts: readonly Technique[]): Technique;
}
