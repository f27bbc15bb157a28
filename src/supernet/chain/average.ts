import { average as averageOf } from '../method/average.js';
import { type WriteOptions, writeExtracted } from '../method/extract.js';
import { createEncoder } from '../model/description.js';
import type { Model } from '../model/model-folder.js';
import { fullSubnet } from '../model/network.js';
import { type ModelSource, openModel } from './inputs.js';

export interface AverageOptions extends WriteOptions {
  /** Model folder to write: safetensors, encoder.onnx, decoder.onnx, model-card.md. */
  readonly output: string;
}

/**
 * Writes the mean of networks that were trained from the same weights.
 * @throws ModelError for fewer than two, and for networks that have no common start
 */
export async function average(sources: readonly ModelSource[], { output, ...options }: AverageOptions): Promise<Model> {
  const models: Model[] = [];
  for (const source of sources) models.push(await openModel(source));
  const mean = averageOf(models);
  const encoder = createEncoder(mean.description);
  return writeExtracted(output, mean, encoder, fullSubnet(encoder), options);
}
