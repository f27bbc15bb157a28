import type { Ops } from '../ops.js';

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

const selections = new Map<string, Float32Array>();

/** Interpolation to `2 * side - 1` rows and the choice of a row for every pair, as one matrix `[side * side, length]`. */
function selection(side: number, length: number): Float32Array {
  const key = `${side} ${length}`;
  const found = selections.get(key);
  if (found !== undefined) return found;
  const rows = linearInterpolation(2 * side - 1, length);
  const weights = new Float32Array(side * side * length);
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const row = i - j + side - 1;
      weights.set(rows.subarray(row * length, (row + 1) * length), (i * side + j) * length);
    }
  }
  selections.set(key, weights);
  return weights;
}

/** Weights of the taps of one output position. */
type Taps = (position: number, length: number) => readonly (readonly [index: number, weight: number])[];

/** Row-major `[outputs, inputs]`, as PyTorch's `interpolate(mode='linear', align_corners=False)` weighs its inputs. */
const linearInterpolation = (outputs: number, inputs: number): Float32Array => matrix(outputs, inputs, linear);

/** As `linearInterpolation`, for `mode='bicubic'` along one axis (Keys' kernel with a = -0.75). */
const cubicInterpolation = (outputs: number, inputs: number): Float32Array => matrix(outputs, inputs, cubic);

/** One array for equal sizes, so that a graph stores it once. */
const known = new Map<string, Float32Array>();

function matrix(outputs: number, inputs: number, taps: Taps): Float32Array {
  const key = `${taps.name} ${outputs} ${inputs}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const weights = new Float32Array(outputs * inputs);
  for (let i = 0; i < outputs; i++) {
    for (const [index, weight] of taps(((i + 0.5) * inputs) / outputs - 0.5, inputs)) {
      const at = i * inputs + Math.min(inputs - 1, Math.max(0, index));
      weights[at] = (weights[at] as number) + weight;
    }
  }
  known.set(key, weights);
  return weights;
}

function linear(position: number): ReturnType<Taps> {
  const from = Math.max(0, position);
  const index = Math.floor(from);
  return [
    [index, 1 - (from - index)],
    [index + 1, from - index],
  ];
}

const A = -0.75;
const near = (x: number) => ((A + 2) * x - (A + 3)) * x * x + 1;
const far = (x: number) => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;

function cubic(position: number): ReturnType<Taps> {
  const index = Math.floor(position);
  const t = position - index;
  return [
    [index - 1, far(t + 1)],
    [index, near(t)],
    [index + 1, near(1 - t)],
    [index + 2, far(2 - t)],
  ];
}
