import type { Weights } from '../model/network.js';

/** A tensor of which the shape is known and the values are read when asked for, so that no file need fit into memory. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** Row-major float32 values. */
  read(): Promise<Float32Array>;
}

export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** Tensors that are in memory already. */
export const storedTensors = (weights: Weights): StoredTensors =>
  new Map([...weights].map(([name, { shape, data }]) => [name, { shape, read: async () => data }]));

/** An open file of tensors; the caller closes it. */
export interface TensorFile {
  readonly tensors: StoredTensors;
  close(): Promise<void>;
}
