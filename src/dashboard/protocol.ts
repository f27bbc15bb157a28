import type { Json } from '../base/json.js';
import type { Fleet } from '../core/executor.js';
import type { Objective } from '../core/objective.js';
import type { FailureKind } from '../core/oracle.js';
import { FINISHED_STATES } from '../core/trial.js';

// What the server says to its page. Trials travel as columns: an array a parameter, an objective, a fact.

/** One line of the list of studies. */
export interface StudyEntry {
  /** Opaque; the same for the same file and name. */
  readonly id: string;
  /** The database as it was given, or its path below the folder that was. */
  readonly file: string;
  readonly name: string;
  readonly objectives: readonly Objective[];
  readonly trials: { readonly [state: string]: number };
  /** The process that writes to it; null when nobody does. */
  readonly writer: string | null;
}

/** What does not change while a study runs. */
export interface StudyHead {
  readonly id: string;
  readonly file: string;
  readonly name: string;
  readonly technique: string;
  readonly objectives: readonly Objective[];
  readonly constraints: readonly string[];
  readonly seed: number;
  readonly version: string;
  readonly space: string;
  readonly oracle: string;
  readonly parameters: readonly ParameterAxis[];
}

/** One parameter. Its column holds places in `levels` where there are any, else numbers, else texts. */
export interface ParameterAxis {
  readonly name: string;
  readonly type: string;
  readonly kind: 'levels' | 'number' | 'text';
  /** In the space's order; empty unless of kind `levels`. */
  readonly levels: readonly Json[];
  readonly isLog: boolean;
}

/** A column of a parameter; null where the parameter is inactive. */
export interface ParameterColumn {
  readonly values: readonly (number | null)[];
  /** For kind `text`: what the values of this batch are places in. */
  readonly texts?: readonly string[];
}

/** Finished trials in completion order, `from` being the place of the first. */
export interface TrialBatch {
  readonly from: number;
  readonly number: readonly number[];
  /** Places in `techniques`, which is of this batch. */
  readonly technique: readonly number[];
  readonly techniques: readonly string[];
  /** Places in STATES. */
  readonly state: readonly number[];
  /** A column an objective; null unless complete. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly improvement: readonly number[];
  readonly seconds: readonly (number | null)[];
  readonly parameters: readonly ParameterColumn[];
  readonly failures: readonly TrialFailure[];
}

export const STATES = FINISHED_STATES;

export interface TrialFailure {
  readonly number: number;
  readonly kind: FailureKind;
  readonly message: string;
}

/** What goes on at this moment. */
export interface StudyNow {
  readonly writer: string | null;
  /** How many are proposed and not measured yet, the running ones included. */
  readonly open: number;
  readonly running: readonly RunningTrial[];
  /** Who measures for the writer; null when it measures by itself. */
  readonly fleet: Fleet | null;
}

export interface RunningTrial {
  readonly number: number;
  readonly technique: string;
  /** More than 1 when processes ended while they measured it. */
  readonly attempts: number;
  /** Milliseconds since 1970; null when nobody wrote it down. */
  readonly startedAt: number | null;
}

/** A whole study, as first sent. */
export interface WholeStudy {
  readonly head: StudyHead;
  readonly batch: TrialBatch;
  readonly now: StudyNow;
}

/** The events of the live stream, by name. */
export interface LiveEvents {
  readonly studies: readonly StudyEntry[];
  readonly trials: { readonly id: string; readonly batch: TrialBatch };
  readonly now: { readonly id: string; readonly now: StudyNow };
}

/** A model that can be asked for masks. */
export interface ModelEntry {
  readonly id: string;
  readonly name: string;
  /** Where it lies, for people. */
  readonly label: string;
  /** Of its encoder's file; null for the network that comes with the package. */
  readonly bytes: number | null;
}

/** What a model is asked: about an image that the server has, nothing yet or one object. In pixels of the image. */
export interface Question {
  readonly model: string;
  readonly image: string;
  readonly prompt: {
    readonly box?: readonly [x: number, y: number, width: number, height: number] | undefined;
    readonly points: readonly { readonly x: number; readonly y: number; readonly label: 0 | 1 }[];
  } | null;
}

export interface Answer {
  readonly width: number;
  readonly height: number;
  /** Null where nothing was asked. `counts` are COCO's compressed run lengths. */
  readonly mask: {
    readonly counts: string;
    readonly area: number;
    readonly predictedIou: number;
    readonly stability: number;
  } | null;
  /** Pixels along one side of the network's input. */
  readonly inputSize: number;
  /** Wall clock in milliseconds: of the encoder, once an image, and of the decoder for this question. */
  readonly encode: number;
  readonly decode: number;
}

/** A subnet that becomes a model of its own. Paths are as seen from where the server runs. */
export interface Extraction {
  /** Null where the supernet of the study is not found. */
  readonly supernet: string | null;
  readonly output: string;
  readonly isThere: boolean;
}

/** A subnet on the validation images where it does worst; pictures have addresses of their own. */
export interface ValidationMasks {
  readonly images: readonly {
    readonly name: string;
    /** The subnet, then the pre-trained network. */
    readonly networks: readonly { readonly title: string; readonly iou: number }[];
  }[];
  /** How many images were looked at. */
  readonly of: number;
}
