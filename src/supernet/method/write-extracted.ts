import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { createEncoder } from '../model/description.js';
import { type Model, writeModel } from '../model/model-folder.js';
import type { Encoder, Subnet } from '../model/network.js';
import { exportDecoder, exportEncoder } from '../run-onnx/export.js';
import { extract } from './extract.js';

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
