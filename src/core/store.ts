/// <reference lib="esnext.disposable" preserve="true" />
import type { Json } from '../base/json.js';
import type { Fleet } from './executor.js';
import type { Objective } from './objective.js';
import type { Configuration } from './space.js';
import type { PriorTrial } from './technique.js';
import type { FinishedTrial, OpenTrial } from './trial.js';

/** What else is stored with a proposal, in the same transaction. */
export interface ProposeOptions {
  /** Taken out of the study's queue. */
  readonly taken?: readonly Enqueued[];
  /** The trials are being measured from now on, as by a `start` of each. */
  readonly isStarted?: boolean;
}

/** Everything that a study's numbers depend on. Resuming needs the same definition. */
export interface StudyDefinition {
  readonly name: string;
  readonly space: {
    readonly name: string;
    readonly hash: string;
    /** One readable line a parameter, so that a refusal can show what changed. */
    readonly parameters: { readonly [parameter: string]: Json };
    /** The space file's content; absent when an older release began the study, or no file can say the space. */
    readonly definition?: Json;
  };
  readonly oracle: { readonly name: string; readonly fingerprint: { readonly [key: string]: Json } };
  /** As given: `bandit:arms=random+greedy-mutation`. */
  readonly technique: string;
  readonly objectives: readonly Objective[];
  readonly seed: number;
  /** Expressions over measured metrics that a complete trial meets; absent without any. */
  readonly constraints?: readonly string[];
  /** The chance to stop, in the whole study, a configuration that would have been on the front; absent where none is stopped. */
  readonly race?: number;
  /** What the study expects from one of a problem like this; absent where it expects nothing. */
  readonly prior?: readonly PriorTrial[];
  /** What began the study. Versions of one generation propose the same trials from the same seed. */
  readonly begun: { readonly version: string; readonly generation: number };
}

/** The technique's memory after `step` calls. */
export interface TechniqueSnapshot {
  readonly step: number;
  readonly state: Json;
}

/** The memory after an ask for `asked` trials. */
export interface ProposalSnapshot extends TechniqueSnapshot {
  readonly asked: number;
}

export type StudyEvent = 'created' | 'resumed' | 'interrupted' | 'stopped' | 'lost' | 'refused';

/** When measuring began and when its result was there, in milliseconds since 1970; null where nobody knows. */
export interface TrialTimes {
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** A configuration that somebody wants measured next. */
export interface Enqueued {
  readonly id: number;
  readonly configuration: Configuration;
}

/**
 * What a study writes to. Every call is one transaction: after a crash either all of it is there or none.
 * All throw `StudyError`: STUDY_TAKEN when another process took the study over, STUDY_STORE when the disk refuses.
 */
export interface StudyLog {
  readonly definition: StudyDefinition;
  /** True when this call created the study. */
  readonly isNew: boolean;
  snapshot(): TechniqueSnapshot | null;
  /** In completion order. */
  finished(): FinishedTrial[];
  /** In order of number. */
  open(): OpenTrial[];
  /** Puts trials into a study that has none: finished ones in the order to tell them, and proposals. No state yet. */
  begin(
    finished: readonly FinishedTrial[],
    open: readonly OpenTrial[],
    seconds?: ReadonlyMap<number, number>,
    times?: ReadonlyMap<number, TrialTimes>,
  ): void;
  /** What others put into the study's queue, in their order. */
  enqueued(): readonly Enqueued[];
  /** Stores what was proposed together with the state that proposed it. */
  propose(trials: readonly OpenTrial[], snapshot: ProposalSnapshot, options?: ProposeOptions): void;
  /** Marks a proposed trial as being measured, and counts the attempt. */
  start(number: number): void;
  /** Stores a result together with the state that learned from it. `seconds` is kept for reports alone. */
  finish(trial: FinishedTrial, seconds: number, snapshot: TechniqueSnapshot): void;
  event(kind: StudyEvent, detail: string): void;
  /** Who measures for the writer now, kept as long as it holds the study. */
  showFleet(fleet: Fleet): void;
  /** Gives the study back to other processes. Trials being measured are pending again, the attempt uncounted. */
  release(): void;
}

/** Stored studies under their names, for those who only read: nothing is written, created or locked. */
export interface StudyReader {
  names(): string[];
  /**
   * As it was at one moment. Undefined when there is no such study.
   *
   * @throws StudyError STUDY_DAMAGED when what is stored cannot be: a complete trial that lacks a value, say.
   */
  read(name: string): StoredStudy | undefined;
  close(): void;
  [Symbol.dispose](): void;
}

/** Many studies under their names. */
export interface Store extends StudyReader {
  /**
   * Creates the study or claims the stored one of that name for writing (its own definition comes back unchanged).
   *
   * @throws StudyError STUDY_BUSY when a living process writes to it and `takeOver` is not set; that process is then
   *   told STUDY_TAKEN when it writes next.
   * @param options.isIsolated trials that were being measured when their writer ended do not keep the attempt: it was not
   *   theirs that ended it.
   */
  claim(
    definition: StudyDefinition,
    environment: { readonly [key: string]: Json },
    options?: { readonly takeOver?: boolean; readonly isIsolated?: boolean },
  ): StudyLog;
  /** Gives back what is claimed. */
  close(): void;
}

export interface StoredStudy {
  readonly definition: StudyDefinition;
  readonly finished: readonly FinishedTrial[];
  readonly open: readonly OpenTrial[];
  /** What measuring took, by number of the finished trial. */
  readonly seconds: ReadonlyMap<number, number>;
}

/**
 * Where a trial stands in the order of asks and tells, as steps of the technique. Null: an older release stored it, or it
 * was not told. `asked` 0: no technique was asked for it, it was given to the study (a warm start, a seed).
 */
export interface TrialSteps {
  readonly proposed: number | null;
  readonly asked: number | null;
  readonly told: number | null;
}

/** Where a stored study is not what a search leaves behind: at a trial, or null for the study as a whole. */
export interface TrialFault {
  readonly trial: number | null;
  readonly what: string;
}

/** A stored study with all that proving it takes. */
export interface StudyHistory extends StoredStudy {
  readonly steps: ReadonlyMap<number, TrialSteps>;
  readonly snapshot: TechniqueSnapshot | null;
  /** What the study was begun with, as the first seal covers it; null when an older release was the last to write. */
  readonly sealed: string | null;
  /** By number of the finished trial; null when an older release told it. */
  readonly seals: ReadonlyMap<number, string | null>;
  /** One for each process that wrote to it, in their order. */
  readonly environments: readonly { readonly [key: string]: Json }[];
}
