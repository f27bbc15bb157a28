import type { SearchSpace } from '../../core/space.js';
import type { Dataset } from '../data/dataset.js';
import type { EvaluationSet } from '../method/evaluate.js';
import type { Model } from '../model/model-folder.js';
import type { Schedule } from './adamw.js';
import { adamWDefaults } from './adamw.js';
import type { Augmentation } from './augment.js';
import type { TrainingBackend } from './backend.js';
import { type MaskLossOptions, maskLossDefaults } from './mask-loss.js';

export const trainableParts = ['encoder', 'decoder', 'both'] as const;
export type TrainablePart = (typeof trainableParts)[number];

export const sandwichKinds = ['accumulated', 'sequential'] as const;
export type SandwichKind = (typeof sandwichKinds)[number];

export interface TrainingOptions extends MaskLossOptions {
  readonly model: Model;
  readonly space: SearchSpace;
  readonly dataset: Dataset;
  /** Scored every `evaluateEvery` steps for the curves; no decision is taken on it unless `patience` says so. */
  readonly validation: EvaluationSet;
  readonly backend: TrainingBackend;
  readonly inputSize: number;
  readonly steps: number;
  /** Images that go through the network together; a step takes `batch` times `accumulate` of them. */
  readonly batch: number;
  readonly accumulate: number;
  /**
   * `accumulated`: the gradients of all subnets are summed into one AdamW step. `sequential`: a step of the optimiser after each
   * subnet, in the sandwich's order, with moments that begin at zero every time (the SuperSAM authors' way).
   */
  readonly sandwich: SandwichKind;
  readonly randomSubnets: number;
  readonly mediumSubnets: number;
  /** In-place distillation: the largest subnet's soft masks are what the others learn. */
  readonly distill: boolean;
  readonly trainable: TrainablePart;
  /** Peak learning rate. */
  readonly rate: number;
  /** Of matrices and kernels. */
  readonly weightDecay: number;
  /** The gradient's largest L2 norm; 0 leaves it as it is. */
  readonly clipNorm: number;
  /** Steps until the peak rate. */
  readonly warmUp: number;
  readonly schedule: Schedule;
  /** Evaluations without a better score after which training stops and the best weights are the result; 0 for never. */
  readonly patience: number;
  readonly augmentations: readonly Augmentation[];
  /** Epochs after which hidden units are sorted anew, again and again; 0 for never. */
  readonly prioritizeEvery: number;
  readonly seed: number;
  /** `sandwich` trains the supernet; `full-only` fine-tunes the whole network alone with the same steps. */
  readonly mode: 'sandwich' | 'full-only';
  readonly output: string;
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
  readonly workers?: number;
}

export const trainingDefaults = {
  ...maskLossDefaults,
  batch: 2,
  accumulate: 1,
  sandwich: 'accumulated',
  randomSubnets: 1,
  mediumSubnets: 0,
  distill: false,
  trainable: 'both',
  rate: 3e-4,
  weightDecay: adamWDefaults.weightDecay,
  clipNorm: 5,
  warmUp: 10,
  schedule: 'cosine',
  patience: 0,
  augmentations: ['flip'],
  prioritizeEvery: 0,
  evaluateEvery: 50,
  checkpointEvery: 25,
} as const satisfies Partial<TrainingOptions>;

/** How a training goes, whatever it is given. */
export type TrainingRecipe = Pick<TrainingOptions, keyof typeof trainingDefaults>;

/** What is given in place of the defaults; a sequential sandwich has its authors' schedule, level from the first step. */
export function trainingRecipe(
  given: { readonly [name in keyof TrainingRecipe]?: TrainingRecipe[name] | undefined },
): TrainingRecipe {
  const names = Object.keys(trainingDefaults) as (keyof TrainingRecipe)[];
  const chosen = Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
  const level = { schedule: 'constant', warmUp: 0 } as const;
  return { ...trainingDefaults, ...(given.sandwich === 'sequential' && level), ...chosen };
}
