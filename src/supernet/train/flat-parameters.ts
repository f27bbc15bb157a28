import type { Weights } from '../model/network.js';

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
