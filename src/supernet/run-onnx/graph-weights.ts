import { ModelError } from '../../errors.js';
import type { Weights } from '../model/network.js';

export function weightTensor(weights: Weights, name: string) {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new ModelError('MODEL_TENSORS', `the network has no tensor "${name}"`);
  return tensor;
}

/**
 * The leading columns and, in every one of equal blocks of rows, the leading rows of a row-major matrix (a 1x1 convolution's
 * weight counts as one).
 */
export function leadingOfBlocks(
  data: Float32Array,
  [rows, columns]: readonly [number, number],
  [r, c]: readonly [number, number],
  blocks: number,
): Float32Array {
  if (r === rows && c === columns) return data;
  const part = new Float32Array(r * c);
  for (let row = 0; row < r; row++) {
    const from = Math.floor(row / (r / blocks)) * (rows / blocks) + (row % (r / blocks));
    part.set(data.subarray(from * columns, from * columns + c), row * c);
  }
  return part;
}

export function transpose2d(data: Float32Array, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      transposed[column * rows + row] = data[row * columns + column] as number;
  }
  return transposed;
}
