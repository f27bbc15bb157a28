import type { LongRunning } from '../../base/progress.js';
import type { SearchSpace } from '../../core/space.js';
import { UsageError } from '../../errors.js';
import { compileSpace } from '../../search-space/compile-space.js';
import { prepareEvaluation } from '../method/evaluate.js';
import { createEncoder, inputFormat } from '../model/description.js';
import type { Model } from '../model/model-folder.js';
import { loadTrainingBackend, type TrainingBackend } from '../train/backend.js';
import { trainSupernet } from '../train/train-supernet.js';
import type { TrainingMemory } from '../train/training-memory.js';
import { checkMemory } from '../train/training-memory.js';
import { type TrainingOptions, type TrainingRecipe, trainingRecipe } from '../train/training-options.js';
import { type DataOptions, type ModelSource, openModel, openSpace, openSplit, type SpaceSource } from './inputs.js';

export interface TrainOptions extends Omit<DataOptions, 'images'>, Partial<TrainingRecipe>, LongRunning {
  /** Model folder to write, with checkpoint, training.csv and training.db; training that stopped there goes on. */
  readonly output: string;
  /** Whose subnets are trained; not needed with the mode `full-only`. */
  readonly space?: SpaceSource | undefined;
  /** `sandwich` (default) trains the supernet, `full-only` fine-tunes the whole network alone. */
  readonly mode?: TrainingOptions['mode'] | undefined;
  /** Default 200. */
  readonly steps?: number | undefined;
  /** Pixels along one side of the square input. Default: the model's. */
  readonly inputSize?: number | undefined;
  /** Fixes images, prompts and subnets. Default 1. */
  readonly seed?: number | undefined;
  /** Threads, at most one an image. Default: one a core. */
  readonly workers?: number | undefined;
  /** Default: native TensorFlow where it has a GPU, else ONNX Runtime. */
  readonly backend?: TrainingBackend | undefined;
  /** Told before the first step of the memory that training is expected to take. */
  readonly onMemory?: ((memory: TrainingMemory) => void) | undefined;
}

export const TRAINING_STEPS = 200;
/** Scored for the curves: enough to see the trend, few enough to cost little beside the steps. */
const VALIDATION_IMAGES = 16;
const VALIDATION_OBJECTS = 6;

/** The space of one member, for the mode `full-only`. */
export const wholeNetwork = (): SearchSpace => compileSpace({ name: 'whole network', parameters: [] });

/**
 * Trains a prioritized model into a supernet under the sandwich rule, on the train split with curves from val.
 * @throws UsageError without a space, and what `trainSupernet` throws
 */
export async function train(source: ModelSource, options: TrainOptions): Promise<Model> {
  const { output, space, mode = 'sandwich', steps = TRAINING_STEPS, seed = 1, workers, onMemory } = options;
  const { data, minArea, maskColours, onSkip, onNote, backend: wanted, inputSize: size, onProgress, signal } = options;
  const reading = { data, maskColours, onSkip, onNote };
  const model = await openModel(source);
  const inputSize = size ?? model.description.inputSize;
  const encoder = createEncoder(model.description, inputSize);
  if (space === undefined && mode === 'sandwich') {
    throw new UsageError('a supernet needs a search space', {
      remedy: 'give --space, made by `supersam design`, or train the whole network alone with --mode full-only',
    });
  }
  const subnets = space === undefined ? wholeNetwork() : await openSpace(space, encoder);
  const backend = wanted ?? (await loadTrainingBackend());
  const recipe = { ...trainingRecipe(options), backend, ...(workers !== undefined && { workers }) };
  // Before images are made ready, which take gigabytes themselves where the input is huge.
  const memory = checkMemory(encoder, recipe);
  onMemory?.(memory);
  const dataset = await openSplit(reading, 'train', minArea);
  const validation = await prepareEvaluation(await openSplit({ ...reading, images: VALIDATION_IMAGES }, 'val'), {
    ...inputFormat(model.description, inputSize),
    ...(minArea !== undefined && { minArea }),
    ...{ seed, prompts: ['box', 'point'], maxObjects: VALIDATION_OBJECTS },
  });
  const training: TrainingOptions = {
    ...{ ...recipe, model, space: subnets, dataset, validation, inputSize },
    ...{ output, steps, seed, mode },
  };
  return trainSupernet(training, { ...(onProgress && { onProgress }), ...(signal && { signal }) });
}
