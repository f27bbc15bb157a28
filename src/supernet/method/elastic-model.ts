import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { packageVersion } from '../../base/package-root.js';
import type { Configuration } from '../../core/space.js';
import { ModelError } from '../../errors.js';
import { macs, parameterCount } from '../model/closed-form.js';
import type { Model } from '../model/model-folder.js';
import { type Encoder, subnetOf } from '../model/network.js';
import { elasticPieces, elasticSizes } from '../run-onnx/elastic.js';
import { exportDecoder, exportElasticEncoder } from '../run-onnx/export.js';
import { faceOf, type WriteOptions } from './extract.js';

/** A subnet that is offered to whoever runs the file, and what is known of it. */
export interface OfferedSubnet {
  readonly configuration: Configuration;
  readonly trial?: number;
  readonly metrics?: { readonly [metric: string]: number };
}

/** `subnets.json`, and the metadata `elastic` of the encoder. */
export interface ElasticIndex {
  readonly version: string;
  /** sha256 of the supernet's weights. */
  readonly supernet: string;
  /** What a place of `sizes` is the size of. */
  readonly pieces: readonly string[];
  /** As they were given, which is best first by convention. */
  readonly subnets: readonly {
    /** The encoder's input `subnet`. */
    readonly sizes: readonly number[];
    readonly trial?: number;
    readonly metrics?: { readonly [metric: string]: number };
    readonly parameters: number;
    /** Multiply-accumulates of the encoder for one image. */
    readonly macs: number;
  }[];
}

/**
 * Writes the encoders of many subnets as one file: `encoder.onnx` with the input `subnet`, `decoder.onnx`, and `subnets.json`, which the
 * encoder's metadata hold as well.
 * @throws ModelError MODEL_SUBNET for none, MODEL_INTERFACE for a network that the interface does not fit
 */
export async function writeElastic(
  folder: string,
  supernet: Model,
  encoder: Encoder,
  offered: readonly OfferedSubnet[],
  options: Pick<WriteOptions, 'interface' | 'format'> = {},
): Promise<ElasticIndex> {
  if (offered.length === 0) {
    throw new ModelError('MODEL_SUBNET', 'an elastic encoder needs subnets to offer', {
      remedy: 'take a study whose front has trials, or name configurations',
    });
  }
  const how = { interface: options.interface ?? faceOf(supernet.description, encoder), format: options.format };
  const index: ElasticIndex = {
    version: packageVersion,
    supernet: supernet.sha256,
    pieces: elasticPieces(encoder).map(({ name }) => name),
    subnets: offered.map(({ configuration, ...known }) => {
      const subnet = subnetOf(encoder, configuration);
      return {
        sizes: elasticSizes(encoder, subnet),
        ...known,
        parameters: parameterCount(encoder, subnet),
        macs: macs(encoder, subnet),
      };
    }),
  };
  const file = exportElasticEncoder(supernet, encoder, how, { elastic: JSON.stringify(index) });
  const decoder = exportDecoder(supernet, encoder, how);
  await writeAtomically(join(folder, 'encoder.onnx'), file);
  await writeAtomically(join(folder, 'decoder.onnx'), decoder);
  await writeAtomically(join(folder, 'subnets.json'), `${JSON.stringify(index, null, 2)}\n`);
  return index;
}
