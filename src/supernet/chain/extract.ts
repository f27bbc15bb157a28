import { packageVersion } from '../../base/package-root.js';
import type { Configuration } from '../../core/space.js';
import { type ElasticIndex, type OfferedSubnet, writeElastic } from '../method/elastic-model.js';
import { type WriteOptions, writeExtracted } from '../method/extract.js';
import { createEncoder } from '../model/description.js';
import type { Model } from '../model/model-folder.js';
import { subnetOf } from '../model/network.js';
import type { Provenance } from '../model/provenance.js';
import { checkConfiguration } from '../oracle/check-parameters.js';
import { type ModelSource, openModel } from './inputs.js';

export interface ExtractOptions extends WriteOptions {
  /** Model folder to write: safetensors, encoder.onnx, decoder.onnx, model-card.md. */
  readonly output: string;
  /** Pixels along one side of the square input. Default: the supernet's. */
  readonly inputSize?: number | undefined;
  /** The trial that found the subnet, and where its study and the supernet lie: kept with the model. */
  readonly origin?: Pick<Provenance, 'trial' | 'files'> | undefined;
}

/**
 * Writes a subnet of a supernet as a model of its own.
 * @throws UsageError for a configuration that does not fit the supernet
 */
export async function extract(
  supernet: ModelSource,
  configuration: Configuration,
  { output, inputSize, origin, ...options }: ExtractOptions,
): Promise<Model> {
  const model = await openModel(supernet);
  const encoder = createEncoder(model.description, inputSize);
  checkConfiguration(encoder, configuration);
  const provenance = { version: packageVersion, supernet: model.sha256, configuration, ...origin } as Provenance;
  const supernetOfIt = { ...model, description: { ...model.description, provenance } };
  return writeExtracted(output, supernetOfIt, encoder, subnetOf(encoder, configuration), options);
}

/**
 * Writes many subnets of a supernet as one encoder that is told at run time which of them to be.
 * @param subnets best first
 * @throws UsageError for a configuration that does not fit the supernet, ModelError for no subnet
 */
export async function extractElastic(
  supernet: ModelSource,
  subnets: readonly OfferedSubnet[],
  { output, inputSize, ...options }: Pick<ExtractOptions, 'output' | 'inputSize' | 'interface' | 'format'>,
): Promise<ElasticIndex> {
  const model = await openModel(supernet);
  const encoder = createEncoder(model.description, inputSize);
  for (const { configuration } of subnets) checkConfiguration(encoder, configuration);
  return writeElastic(output, model, encoder, subnets, options);
}
