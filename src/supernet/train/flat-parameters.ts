import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../../base/files.js';
import { ModelError } from '../../errors.js';
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.js';
import type { Weights } from '../model/network.js';
import type { Moments } from './adamw.js';

export interface ParameterSlot {
  readonly name: string;
  readonly shape: readonly number[];
  /** First element in the flat array. */
  readonly offset: number;
  readonly length: number;
}

/** Trainable tensors end to end in one shared array, so that workers read them and the optimiser is one loop. */
export interface FlatParameters {
  readonly slots: readonly ParameterSlot[];
  readonly values: Float32Array;
}

export function flattenParameters(weights: Weights, names: readonly string[]): FlatParameters {
  let offset = 0;
  const slots = names.map((name) => {
    const tensor = weights.get(name);
    if (tensor === undefined) throw new RangeError(`no tensor "${name}" to train`);
    const slot = { name, shape: tensor.shape, offset, length: tensor.data.length };
    offset += slot.length;
    return slot;
  });
  const values = sharedFloats(offset);
  for (const slot of slots) values.set(weights.get(slot.name)?.data ?? [], slot.offset);
  return { slots, values };
}

/** The weights with the trained tensors in place of the old ones (copies). */
export function unflattenParameters(weights: Weights, { slots, values }: FlatParameters): Weights {
  const trained = new Map(weights);
  for (const { name, shape, offset, length } of slots)
    trained.set(name, { shape, data: values.slice(offset, offset + length) });
  return trained;
}

/** Adds a tensor's gradient to the flat one. */
export function addTo(gradient: Float32Array, offset: number, part: { dataSync(): ArrayLike<number> }): void {
  const values = part.dataSync();
  for (let k = 0; k < values.length; k++)
    gradient[offset + k] = (gradient[offset + k] as number) + (values[k] as number);
}

export const sharedFloats = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * length));

/** Weights, both moments and the step in one file, so that no crash can leave them apart. */
export async function writeCheckpoint(
  path: string,
  { slots, values }: FlatParameters,
  moments: Moments,
  step: number,
): Promise<void> {
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const { name, shape, offset, length } of slots) {
    const part = (from: Float32Array) => ({ shape, data: from.slice(offset, offset + length) });
    tensors.set(name, part(values));
    tensors.set(`first.${name}`, part(moments.first));
    tensors.set(`second.${name}`, part(moments.second));
  }
  tensors.set('step', { shape: [1], data: Float32Array.of(step) });
  await writeAtomically(path, encodeSafetensors(tensors));
}

/** Reads a checkpoint back into the arrays; returns its step, or 0 when there is none. */
export async function readCheckpoint(
  path: string,
  { slots, values }: FlatParameters,
  moments: Moments,
): Promise<number> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return 0;
  const tensors: Weights = decodeSafetensors(bytes, path);
  const take = (name: string, into: Float32Array, offset: number, length: number) => {
    const data = tensors.get(name)?.data;
    if (data?.length !== length) {
      throw new ModelError('MODEL_CHECKPOINT', `${path} does not belong to this training: "${name}" does not fit`, {
        remedy: 'remove the output folder or choose another',
      });
    }
    into.set(data, offset);
  };
  for (const { name, offset, length } of slots) {
    take(name, values, offset, length);
    take(`first.${name}`, moments.first, offset, length);
    take(`second.${name}`, moments.second, offset, length);
  }
  return tensors.get('step')?.data[0] ?? 0;
}
