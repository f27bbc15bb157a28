import { ModelError } from '../../../errors.js';
import type { StoredTensors } from '../../formats/stored-tensors.js';

/** The shape of a tensor from which the network's sizes follow. Throws `ModelError` without it or with other axes. */
export function shapeOf(tensors: StoredTensors, name: string, axes: number): readonly number[] {
  const shape = tensors.get(name)?.shape;
  if (shape?.length === axes) return shape;
  const what = shape === undefined ? 'is missing' : `is [${shape}], should have ${axes} axes`;
  throw new ModelError('MODEL_TENSORS', `the tensor ${name}, from which the sizes follow, ${what}`, {
    remedy: 'give the whole checkpoint as its authors publish it',
  });
}

/** How many numbers, counted from 0 without a gap, stand in names between a prefix and a dot. */
export function countNumbered(tensors: StoredTensors, prefix: string): number {
  const found = new Set<number>();
  for (const name of tensors.keys()) {
    const rest = name.startsWith(prefix) ? /^(\d+)\./.exec(name.slice(prefix.length)) : null;
    if (rest !== null) found.add(Number(rest[1]));
  }
  let count = 0;
  while (found.has(count)) count++;
  return count;
}
