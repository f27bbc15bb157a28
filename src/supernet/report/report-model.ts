import type { Objective } from '../../core/objective.js';
import type { Configuration } from '../../core/space.js';
import type { FinishedTrial } from '../../core/trial.js';
import type { StudyOrigin } from '../../study/origin.js';

/** Rows of the network as it was downloaded carry this name, whatever their input size. */
export const PRE_TRAINED = 'pre-trained';

/** The rows and the folder of a chosen subnet that was trained on alone and averaged with what it had been. */
export const finishedName = (subnet: string): string => `${subnet}-finished`;

/** One network scored on one split with one kind of prompt and one choice of mask. */
export interface ReportRow {
  /** `NAME #1`, `NAME #2`, … are several members of one control; the page shows their mean as one line. */
  readonly name: string;
  /** Null for the whole network. */
  readonly configuration: Configuration | null;
  readonly encoderParameters: number;
  /** Share of the pre-trained encoder's parameters that is gone, 0..1. */
  readonly reduction: number;
  /** Pixels along one side. */
  readonly inputSize: number;
  readonly split: string;
  readonly prompt: 'box' | 'point';
  readonly mask: 'single' | 'predicted' | 'oracle';
  readonly meanIou: number;
  /** Standard deviation over prompt seeds. */
  readonly spread: number;
  /** The mean IoU with each of `seeds`, in their order. */
  readonly bySeed: readonly number[];
  readonly objects: number;
  readonly seeds: readonly number[];
}

export interface ReportStudy {
  readonly name: string;
  /** What asks for the proof; absent in what an older release wrote. */
  readonly origin?: StudyOrigin;
  readonly objectives: readonly Objective[];
  readonly trials: readonly FinishedTrial[];
  /** Networks outside the study, measured as its trials were (same split, same size): values in the study's order. */
  readonly baselines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export interface ReportChosen {
  /** The name its rows have. */
  readonly name: string;
  readonly trial: number | null;
  readonly configuration: Configuration;
  readonly encoderParameters: number;
  /** As in the rows. */
  readonly reduction: number;
}

export interface ReportBlocks {
  /** The pieces that a subnet may change, in chain order; `full` is 1 for a piece that is kept or removed. */
  readonly pieces: readonly { readonly name: string; readonly full: number }[];
  /** One active size a piece (0: removed), in the pieces' order. */
  readonly subnets: readonly { readonly name: string; readonly active: readonly number[] }[];
}

/** What was logged at one step. Series are drawn together by the first word of their names (lossLargest, lossSmallest). */
export interface TrainingPoint {
  readonly step: number;
  readonly series: { readonly [name: string]: number };
}

export interface MaskOverlay {
  readonly title: string;
  /** `[height, width]`: 0 background, k the k-th object. */
  readonly mask: Uint8Array;
  /** The objects' true masks, numbered as in `mask`. */
  readonly truth: Uint8Array;
  /** Mean over the objects. */
  readonly iou: number;
}

export interface MaskPanel {
  readonly name: string;
  readonly image: {
    readonly width: number;
    readonly height: number;
    /** `[height, width, 3]`. */
    readonly rgb: Uint8Array;
  };
  readonly overlays: readonly MaskOverlay[];
}

/** All that a report says. It is written beside the page, so that the page can be drawn again. */
export interface ReportInput {
  readonly title: string;
  /** The lines that repeat it. */
  readonly command: string;
  readonly environment: { readonly [name: string]: string };
  readonly dataset: {
    readonly name: string;
    readonly licence: string;
    /** Images in each split. */
    readonly splits: { readonly [split: string]: number };
  };
  readonly rows: readonly ReportRow[];
  readonly study: ReportStudy;
  readonly chosen: readonly ReportChosen[];
  readonly blocks: ReportBlocks;
  readonly training: readonly TrainingPoint[];
  readonly maskPanels: readonly MaskPanel[];
  /** Drop of mIoU when the block is left out, with its standard error. */
  readonly ranking?: readonly { readonly name: string; readonly drop: number; readonly standardError?: number }[];
}
