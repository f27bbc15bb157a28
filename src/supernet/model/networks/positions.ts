import type { Ops } from '../ops.js';
import { cubicInterpolation, linearInterpolation } from './interpolation.js';

/** A position table `[side, side, c]` for a map of another side, `[grid, grid, c]`, interpolated along both axes. */
export function resizeTable<T>(ops: Ops<T>, table: T, grid: number, interpolation: 'linear' | 'cubic'): T {
  const [side = 0, , channels = 0] = ops.shape(table);
  if (side === grid) return table;
  const weights = interpolation === 'linear' ? linearInterpolation : cubicInterpolation;
  const along = (x: T, width: number) =>
    ops.reshape(ops.matmul(ops.constant(weights(grid, side), [grid, side]), ops.reshape(x, [side, width * channels])), [
      grid,
      width,
      channels,
    ]);
  const turned = ops.transpose(along(table, side), [1, 0, 2]);
  return ops.transpose(along(turned, grid), [1, 0, 2]);
}

/**
 * SAM's relative positions `[side * side, d]`, entry i * side + j for a query at i and a key at j along one axis: row
 * i - j + side - 1 of the table `[length, d]`, which is interpolated where it was learned for another side.
 */
export function relativePositions<T>(ops: Ops<T>, table: T, side: number): T {
  const length = ops.shape(table)[0] ?? 0;
  return ops.matmul(ops.constant(selection(side, length), [side * side, length]), table);
}

const known = new Map<string, Float32Array>();

/** Interpolation to `2 * side - 1` rows and the choice of a row for every pair, as one matrix `[side * side, length]`. */
function selection(side: number, length: number): Float32Array {
  const key = `${side} ${length}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const rows = linearInterpolation(2 * side - 1, length);
  const weights = new Float32Array(side * side * length);
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const row = i - j + side - 1;
      weights.set(rows.subarray(row * length, (row + 1) * length), (i * side + j) * length);
    }
  }
  known.set(key, weights);
  return weights;
}
