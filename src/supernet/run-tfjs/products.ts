import { offsetEntries } from '../model/ops.js';
import type { Tensor, Tf } from './differentiable.js';

/** Matrix products, sums and cuts in the form that the backend at hand has a fast kernel for. */
export interface Products {
  /** `[n, k] x [k, m]`, either side transposed on request. */
  matrix(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  /** `[g, n, k] x [g, k, m]`. */
  batched(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  /** Column sums of `[n, m]`: `[m]`. */
  columnSums(x: Tensor): Tensor;
  /** Column sums of every group of `[g, n, m]`: `[g, m]`. */
  groupSums(x: Tensor): Tensor;
  /** Row means of `[n, m]`: `[n, 1]`. */
  rowMeans(x: Tensor): Tensor;
  /** The parts of a tensor along its first axis, without that axis. */
  unstack(x: Tensor): Tensor[];
  /** The columns of a small `[n, m]` at the given indices: `[n, indices]`. */
  columnsAt(x: Tensor, indices: Int32Array): Tensor;
  /** `[heads, tokens * tokens]` added up over the pairs of a window's tokens that share an `offsetEntries`, in a fixed order. */
  sumsByOffset(pairs: Tensor, window: number): Tensor;
}

/** By backend: native TensorFlow and WebGPU have a good kernel for everything here, wasm for some. */
export function createProducts(tf: Tf): Products {
  return tf.getBackend() === 'wasm' ? createWasmProducts(tf) : createNativeProducts(tf);
}

function createNativeProducts(tf: Tf): Products {
  const matMul: Products['matrix'] = (a, b, transposeA, transposeB) =>
    tf.matMul(a as never, b as never, transposeA, transposeB);
  return {
    matrix: matMul,
    batched: matMul,
    columnSums: (x) => tf.sum(x, 0),
    groupSums: (x) => tf.sum(x, 1),
    rowMeans: (x) => tf.mean(x, 1, true),
    unstack: (x) => tf.unstack(x),
    columnsAt: (x, indices) => tf.gather(x, tf.tensor1d(indices, 'int32'), 1),
    // Stays on the device: by columns, then by rows, as products with which pair of the two lies how far apart.
    sumsByOffset: (pairs, window) => {
      const heads = pairs.shape[0] as number;
      const both = window * window;
      const distances = tf.tensor2d(distancePattern(window), [both, window]);
      const apart = tf.transpose(tf.reshape(pairs, [heads, window, window, window, window]), [0, 1, 3, 2, 4]);
      const byColumn = tf.reshape(tf.matMul(tf.reshape(apart, [-1, both]) as never, distances), [heads, both, window]);
      const turned = tf.reshape(tf.transpose(byColumn, [0, 2, 1]), [-1, both]) as Tensor;
      const byRow = tf.reshape(tf.matMul(turned as never, distances), [heads, window, window]);
      return tf.reshape(tf.transpose(byRow, [0, 2, 1]), [heads, both]);
    },
  };
}

/** `[side * side, side]`: how far the two of a pair are apart. */
function distancePattern(side: number): Float32Array {
  const pattern = new Float32Array(side ** 3);
  for (let pair = 0; pair < side * side; pair++)
    pattern[pair * side + Math.abs(Math.floor(pair / side) - (pair % side))] = 1;
  return pattern;
}

/** Multiply-accumulates of one product above which cutting a batch up beats wasm's slow batched kernel. */
const WORTH_SPLITTING = 50_000;

/**
 * The shape in which a tensor's data has been a right-hand side. wasm keeps one prepared operator for such data until it is
 * disposed and looks for it by the data alone: seen with another shape (a reshape is a view), the same data would
 * run the wrong operator over the heap's end.
 */
const preparedAs = new WeakMap<object, string>();

/**
 * wasm is fast for two-dimensional untransposed products only (its batched and transposed kernels are ten times
 * slower), so sides are transposed beforehand and batches of large products are cut up. Average pooling is its fastest
 * sum over rows. Its slices read the whole tensor out of the heap each time, so a tensor to be cut up is read once.
 */
function createWasmProducts(tf: Tf): Products {
  const turned = (x: Tensor, turn: boolean | undefined) => (turn === true ? tf.transpose(x as never) : x) as Tensor;
  const matrix: Products['matrix'] = (a, b, transposeA, transposeB) => {
    const right = turned(b, transposeB);
    const shape = `${right.shape}`;
    const clash = (preparedAs.get(right.dataId) ?? shape) !== shape;
    if (!clash) preparedAs.set(right.dataId, shape);
    return tf.matMul(turned(a, transposeA) as never, (clash ? tf.clone(right) : right) as never);
  };
  const unstack = (x: Tensor): Tensor[] => {
    const [count = 1, ...shape] = x.shape;
    if (count === 1) return [tf.reshape(x, shape)];
    const data = x.dataSync();
    const size = data.length / count;
    return Array.from({ length: count }, (_, i) => tf.tensor(data.subarray(i * size, (i + 1) * size), shape));
  };
  const untwisted = (x: Tensor, turn: boolean | undefined) => (turn === true ? tf.transpose(x, [0, 2, 1]) : x);
  const groupSums = (x: Tensor): Tensor => {
    const [g = 1, n = 1, m = 1] = x.shape;
    // Pooling refuses a pool of one.
    if (n === 1) return tf.reshape(x, [g, m]);
    return tf.reshape(tf.mul(tf.avgPool(tf.reshape(x, [g, n, 1, m]) as never, [n, 1], 1, 'valid') as Tensor, n), [
      g,
      m,
    ]);
  };
  return {
    matrix,
    unstack,
    groupSums,
    batched: (a, b, transposeA, transposeB) => {
      const [g = 1, p = 1, q = 1] = a.shape;
      const n = transposeA === true ? q : p;
      const m = b.shape[transposeB === true ? 1 : 2] as number;
      if (g > 1 && p * q * m < WORTH_SPLITTING) return tf.matMul(a as never, b as never, transposeA, transposeB);
      const rights = unstack(untwisted(b, transposeB));
      const parts = unstack(untwisted(a, transposeA)).map((left, i) => matrix(left, rights[i] as Tensor));
      return tf.reshape(tf.concat(parts, 0), [g, n, m]);
    },
    columnSums: (x) => tf.reshape(groupSums(tf.expandDims(x, 0)), [x.shape[1] as number]),
    rowMeans: (x) => {
      const columns = x.shape[1] as number;
      return tf.matMul(x as never, tf.fill([columns, 1], 1 / columns) as never);
    },
    columnsAt: (x, indices) => {
      const [rows = 1, columns = 1] = x.shape;
      const data = x.dataSync();
      const taken = new Float32Array(rows * indices.length);
      for (let row = 0; row < rows; row++) {
        const base = row * indices.length;
        for (let i = 0; i < indices.length; i++) {
          taken[base + i] = data[row * columns + (indices[i] as number)] as number;
        }
      }
      return tf.tensor2d(taken, [rows, indices.length]);
    },
    sumsByOffset: (pairs, window) => {
      const heads = pairs.shape[0] as number;
      const data = pairs.dataSync();
      const table = offsetEntries(window);
      const entries = window * window;
      const sums = new Float32Array(heads * entries);
      for (let head = 0; head < heads; head++) {
        for (let i = 0; i < table.length; i++) {
          const entry = head * entries + (table[i] as number);
          sums[entry] = (sums[entry] as number) + (data[head * table.length + i] as number);
        }
      }
      return tf.tensor2d(sums, [heads, entries]);
    },
  };
}
