import { readFile } from 'node:fs/promises';
import { writeAtomically } from '../../base/files.js';
import { ModelError } from '../../errors.js';
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.js';
import type { Weights } from '../model/network.js';
import type { Moments } from './adamw.js';
import type { FlatParameters } from './flat-parameters.js';

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
