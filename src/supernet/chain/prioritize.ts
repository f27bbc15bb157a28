import type { LongRunning } from '../../base/progress.js';
import {
  CALIBRATION_IMAGES,
  calibrationImages,
  type Prioritization,
  prioritize as prioritizeModel,
} from '../method/prioritize.js';
import { createEncoder, inputFormat } from '../model/description.js';
import { type Model, writeModel } from '../model/model-folder.js';
import { type Backend, loadBackend } from '../run-tfjs/backend.js';
import { type DataOptions, type ModelSource, openModel, openSplit } from './inputs.js';

export interface PrioritizeOptions extends DataOptions, LongRunning {
  /** Model folder to write. */
  readonly output: string;
  /** Default Wanda, which looks at images of the training split. */
  readonly kind?: Prioritization | undefined;
  /** Pixels along one side of the square input. Default: the model's. */
  readonly inputSize?: number | undefined;
  /** For the kind `random`. Default 1. */
  readonly seed?: number | undefined;
  /** Default: the fastest that loads here. */
  readonly backend?: Backend | undefined;
}

/**
 * Sorts MLP channels and attention heads by importance, so that a subnet takes the leading ones; the whole network computes
 * the same as before.
 * @throws ModelError when Wanda has no images; DataError for data that cannot be used; InterruptedError
 */
export async function prioritize(source: ModelSource, options: PrioritizeOptions): Promise<Model> {
  const { output, kind = 'wanda', seed = 1, images = CALIBRATION_IMAGES } = options;
  const model = await openModel(source);
  const encoder = createEncoder(model.description, options.inputSize);
  const backend = options.backend ?? (await loadBackend());
  const format = inputFormat(model.description, encoder.inputSize);
  const calibration =
    kind === 'wanda' ? await calibrationImages(await openSplit({ ...options, images }, 'train'), format) : [];
  const sorted = await prioritizeModel(model, encoder, calibration, backend.tf, { kind, seed }, options);
  return writeModel(output, sorted);
}
