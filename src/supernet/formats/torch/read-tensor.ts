import type { RandomAccess } from '../random-access.js';
import { decodeElements } from './element-types.js';
import type { PickledTensor } from './pickle-value.js';

/** Row-major float32 values of a strided view. Reads the part of the storage that the view spans, nothing more. */
export async function readTensor(file: RandomAccess, place: number, tensor: PickledTensor): Promise<Float32Array> {
  const { shape, strides, offset } = tensor;
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) return new Float32Array(0);
  const { type } = tensor.storage;
  const span = 1 + shape.reduce((last, size, axis) => last + (size - 1) * (strides[axis] as number), 0);
  const elements = decodeElements(await file.read(place + offset * type.bytes, span * type.bytes), type);
  return isContiguous(shape, strides) ? elements : gather(elements, shape, strides, count);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== step) return false;
    step *= size;
  }
  return true;
}

function gather(elements: Float32Array, shape: readonly number[], strides: readonly number[], count: number) {
  const values = new Float32Array(count);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    values[to] = elements[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const step = strides[axis] as number;
      from += step;
      index[axis] = (index[axis] as number) + 1;
      if (index[axis] !== shape[axis]) break;
      from -= step * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return values;
}
