import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { ModelError } from '../../errors.js';
import { createEncoder } from '../model/description.js';
import { renameFamilyTensor, shrinkFamilySpec } from '../model/encoder-families.js';
import { type Model, writeModel } from '../model/model-folder.js';
import type { Encoder, Subnet } from '../model/network.js';
import { exportDecoder, exportEncoder } from '../run-onnx/export.js';
import { sliceHidden } from './hidden-axis.js';

/** Writes a subnet as a model folder with `encoder.onnx` and `decoder.onnx` beside the weights. */
export async function writeExtracted(
  folder: string,
  supernet: Omit<Model, 'sha256'>,
  encoder: Encoder,
  subnet: Subnet,
): Promise<Model> {
  const model = await writeModel(folder, extract(supernet, encoder, subnet));
  const small = createEncoder(model.description);
  await writeAtomically(join(folder, 'encoder.onnx'), exportEncoder(model, small));
  await writeAtomically(join(folder, 'decoder.onnx'), exportDecoder(model, small));
  return model;
}

/**
 * The subnet as a network of its own: elastic widths cut to their leading hidden units, removed pieces gone, nothing
 * rescaled; its full network computes what the supernet computes for the subnet. Throws `ModelError` when the subnet
 * does not fit the encoder.
 */
export function extract(model: Omit<Model, 'sha256'>, encoder: Encoder, subnet: Subnet): Omit<Model, 'sha256'> {
  const weights = new Map(model.weights);
  const sizes = new Map<string, number>();
  for (const [i, piece] of encoder.pieces.entries()) {
    const active = subnet[i] ?? piece.full;
    if (!Number.isInteger(active) || active < 0 || active > piece.full) {
      throw new ModelError('MODEL_SUBNET', `${piece.name} cannot have size ${active}; it has 0 to ${piece.full}`, {
        remedy: 'take the configuration from a study on this supernet',
      });
    }
    sizes.set(piece.name, active);
    if (active === 0) for (const name of piece.tensors) weights.delete(name);
    else if (piece.hidden !== undefined && active < piece.full) sliceHidden(weights, piece.hidden, active);
  }
  const { description } = model;
  const active = (piece: string) => sizes.get(piece);
  const encoderSpec = shrinkFamilySpec(description.encoder, active);
  return {
    description: { ...description, inputSize: encoder.inputSize, encoder: encoderSpec },
    weights: new Map(
      [...weights].map(([name, tensor]) => [renameFamilyTensor(description.encoder, active, name), tensor]),
    ),
  };
}
