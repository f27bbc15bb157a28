import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { ModelError } from '../../errors.js';
import { createEncoder, type NetworkDescription } from '../model/description.js';
import { renameFamilyTensor, shrinkFamilySpec } from '../model/encoder-families.js';
import { type Model, writeModel } from '../model/model-folder.js';
import type { Encoder, Subnet } from '../model/network.js';
import { type ExportOptions, exportDecoder, exportEncoder } from '../run-onnx/export.js';
import { type OnnxInterface, whyNotSam } from '../run-onnx/sam-interface.js';
import { sliceHidden } from './hidden-axis.js';
import { modelCard, type WrittenFiles } from './model-card.js';

/** How a subnet is written. */
export interface WriteOptions extends Pick<ExportOptions, 'format'>, Pick<WrittenFiles, 'trainedOn'> {
  /** Default `sam`; `native` for a network that SAM's sizes do not fit. */
  readonly interface?: OnnxInterface | undefined;
  /**
   * Where the decoder goes, which subnets of one supernet and input size may share: a file that is there already must hold the same.
   * Default: `decoder.onnx` in the folder.
   */
  readonly decoder?: string | undefined;
}

/**
 * Writes a subnet as a model folder with `encoder.onnx`, a decoder and `model-card.md` beside the weights.
 */
export async function writeExtracted(
  folder: string,
  supernet: Omit<Model, 'sha256'>,
  encoder: Encoder,
  subnet: Subnet,
  options: WriteOptions = {},
): Promise<Model> {
  const extracted = extract(supernet, encoder, subnet);
  const small = createEncoder(extracted.description);
  const face = options.interface ?? faceOf(extracted.description, small);
  const { format = 'float32', decoder = join(folder, 'decoder.onnx') } = options;
  const how = { interface: face, format };
  // Whatever does not fit is refused before anything is written.
  const encoderBytes = exportEncoder(extracted, small, how);
  const decoderBytes = exportDecoder(extracted, small, how);
  const isShared = await holds(decoder, decoderBytes);
  const model = await writeModel(folder, extracted);
  await writeAtomically(join(folder, 'encoder.onnx'), encoderBytes);
  if (!isShared) await writeAtomically(decoder, decoderBytes);
  const sizes = { encoder: encoderBytes.length, decoder: decoderBytes.length };
  const { trainedOn } = options;
  const files = { ...how, decoder: posixPath(relative(folder, decoder)), sizes, trainedOn };
  await writeAtomically(join(folder, 'model-card.md'), modelCard(model, files));
  return model;
}

/** The interface a network is written in where none is asked for. */
export const faceOf = (description: NetworkDescription, encoder: Encoder): OnnxInterface =>
  whyNotSam(description, encoder) === undefined ? 'sam' : 'native';

const posixPath = (path: string): string => path.replaceAll(sep, '/');

/** Whether the shared decoder is there. Throws `ModelError` where another one is. */
async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  const there = await readFile(path).catch(() => undefined);
  if (there === undefined) return false;
  if (there.equals(bytes)) return true;
  throw new ModelError('MODEL_DECODER', `${path} holds another decoder`, {
    remedy: 'give every supernet, input size and format a decoder of its own',
  });
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
