import type { Configuration } from '../../core/space.js';
import { writeExtracted } from '../method/extract.js';
import { createEncoder } from '../model/description.js';
import type { Model } from '../model/model-folder.js';
import { subnetOf } from '../model/network.js';
import { checkConfiguration } from '../oracle/check-parameters.js';
import { type ModelSource, openModel } from './inputs.js';

export interface ExtractOptions {
  /** Model folder to write: safetensors, encoder.onnx, decoder.onnx. */
  readonly output: string;
  /** Pixels along one side of the square input. Default: the supernet's. */
  readonly inputSize?: number | undefined;
}

/**
 * Writes a subnet of a supernet as a model of its own.
 * @throws UsageError for a configuration that does not fit the supernet
 */
export async function extract(
  supernet: ModelSource,
  configuration: Configuration,
  { output, inputSize }: ExtractOptions,
): Promise<Model> {
  const model = await openModel(supernet);
  const encoder = createEncoder(model.description, inputSize);
  checkConfiguration(encoder, configuration);
  return writeExtracted(output, model, encoder, subnetOf(encoder, configuration));
}
