import { join } from 'node:path';
import { createEncoder } from './description.js';
import { extract } from './extract.js';
import { type Model, writeModel } from './model-folder.js';
import type { Encoder, Subnet } from './network.js';
import { exportDecoder, exportEncoder } from './onnx/export.js';
import { writeAtomically } from './write-atomically.js';

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
