import type { Json } from '../base/json.js';
import type { Objective } from './objective.js';
import type { Oracle, Race } from './oracle.js';
import type { Configuration } from './space.js';

/** One measurement that is to be made: of a trial, for the so-manieth time (from 1). One trial and attempt is one job. */
export interface Job {
  readonly trial: number;
  readonly attempt: number;
  readonly configuration: Configuration;
  /** Of the study. */
  readonly seed: number;
  readonly race?: Race;
}

/** What came of a job: what the oracle gave (not checked yet) and how long it took, or that nobody will deliver it. */
export type Outcome =
  | { readonly kind: 'measured'; readonly result: unknown; readonly seconds: number }
  | { readonly kind: 'lost'; readonly message: string };

export interface Delivery {
  readonly trial: number;
  readonly attempt: number;
  readonly outcome: Outcome;
  /** To be called when the outcome is stored or dropped: until then it is delivered again after a restart. */
  acknowledge?(): void;
}

/** Who measures now, for people. */
export interface Fleet {
  readonly workers: readonly {
    readonly name: string;
    readonly host: string;
    readonly slots: number;
    readonly jobsPerMinute: number;
  }[];
  /** Jobs that nobody has begun. */
  readonly waiting: number;
}

/**
 * Where measurements are made. The study's coordinator hands jobs in and takes what comes of them, in any order, at least
 * once each: what it has stored already it drops.
 */
export interface Executor {
  readonly name: string;
  /** Whether a job that ends what measures it leaves the coordinator alive. */
  readonly isIsolated: boolean;
  /** Jobs that can be measured at once now; at least 1. */
  slots(): number;
  /** Hands a job in. One that was handed in before, by an earlier coordinator too, goes on where it is. */
  submit(job: Job): Promise<void>;
  /** The next outcome, or null when `slots` has changed. Not called again before the last call was answered. */
  next(): Promise<Delivery | null>;
  /** Gives a job up: withdrawn where it waits, told to end where it is measured and can be told. */
  cancel(job: Pick<Job, 'trial' | 'attempt'>): Promise<void>;
  fleet?(): Fleet;
  /**
   * Ends what was started for the study. With `isFinished` nothing is kept; else jobs that are being measured elsewhere
   * go on, and a later coordinator finds their outcomes.
   */
  close(isFinished: boolean): Promise<void>;
}

/** What a worker must hold, so that it gives the numbers that the coordinator would have got. */
export interface Requirement {
  readonly supersam: string;
  readonly oracle: string;
  readonly fingerprint: { readonly [key: string]: Json };
}

/** What a worker is told of a study: its space, what is to be measured and how, as plain data. */
export interface Card {
  readonly requirement: Requirement;
  /** Of the space, constraints left out. */
  readonly space: Json;
  readonly metrics: readonly string[];
  readonly limits: {
    readonly timeout?: number;
    readonly timeoutFactor?: number;
    readonly quickestSeconds?: number;
    readonly repeats?: number;
  };
  /** A comparison's: each job is a whole study. */
  readonly comparison?: ComparisonCard;
}

/** What the runs of a comparison have in common. */
export interface ComparisonCard {
  readonly objectives: readonly Objective[];
  /** As the problem was given them, of the space and of measured metrics. */
  readonly constraints: readonly string[];
  /** Budget of a run. */
  readonly trials: number;
  /** Names of the studies: job number n is the n-th. */
  readonly studies: readonly string[];
}

/** Measures one job at a time in each of its processes. */
export interface Measurer {
  readonly slots: number;
  /** Never rejects. */
  measure(job: Job, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

/** What an executor is opened for. */
export interface ExecutorRequest {
  /** The study's; workers of `queue` serve studies of that name. */
  readonly study: string;
  readonly card: Card;
  /** Opened by the coordinator, which closes it. */
  readonly oracle: Oracle;
  /** Jobs at once, where the user said so. */
  readonly workers?: number;
  /** Starts so many processes on this machine, each with an oracle of its own. */
  readonly startProcesses: (count: number) => Promise<Measurer>;
  /** The words of the command line after `supersam worker` that open the same oracle elsewhere. */
  readonly workerArguments: readonly string[];
  /** Told of workers that come and go. */
  readonly onNote: (message: string) => void;
}

/** What a kind of executor gets to serve as a worker. */
export interface ServeRequest {
  /** Of the studies that are served. */
  readonly study: string;
  readonly slots: number;
  /**
   * Starts `slots` processes that measure by the worker's own oracle.
   *
   * @throws ExecutorError EXECUTOR_REFUSED with every difference when it is not what the card requires.
   */
  readonly open: (card: Card) => Promise<Measurer>;
  /** No more jobs are taken. */
  readonly stop: AbortSignal;
  /** Jobs in hand are given back. */
  readonly giveBack: AbortSignal;
  readonly onNote: (message: string) => void;
}

/** What `--executor KIND:WHERE` may name; a file that default-exports one gives it its own name. */
export interface ExecutorKind {
  /** What stands after the colon, for --help; empty when nothing does. */
  readonly where: string;
  open(where: string, request: ExecutorRequest): Promise<Executor>;
  /** Serves `supersam worker KIND:WHERE` until it is told to stop; absent where nobody but the executor starts workers. */
  serve?(where: string, request: ServeRequest): Promise<void>;
}
