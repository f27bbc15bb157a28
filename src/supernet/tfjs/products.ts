import type { Tensor, Tf } from './differentiable.js';

/** Matrix products in the form that the backend at hand has a fast kernel for. */
export interface Products {
  /** `[n, k] x [k, m]`, either side transposed on request. */
  matrix(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  /** `[g, n, k] x [g, k, m]`. */
  batched(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
  /** Column sums of `[n, m]`: `[m]`. */
  columnSums(x: Tensor): Tensor;
  /** Row means of `[n, m]`: `[n, 1]`. */
  rowMeans(x: Tensor): Tensor;
}

/** Multiply-accumulates of one product above which the wasm backend gains from leaving its slow batched kernel. */
const WORTH_SPLITTING = 200_000;

/**
 * Native TensorFlow multiplies in any layout. wasm is fast for two-dimensional untransposed products only (its batched and
 * transposed kernels are ten times slower), so there sides are transposed beforehand and large batches are split.
 */
export function createProducts(tf: Tf): Products {
  const native = tf.getBackend() !== 'wasm';
  const turned = (x: Tensor, turn: boolean | undefined) => (turn === true ? tf.transpose(x as never) : x) as Tensor;
  /**
   * wasm keeps one prepared operator for every right-hand side, by the data alone: the same data seen with another shape
   * (a reshape is a view) would run the wrong operator over the heap's end. A copy, cheap beside the product, is its own data.
   */
  const copied = (b: Tensor): Tensor =>
    tf.slice(
      b as never,
      b.shape.map(() => 0),
      b.shape,
    ) as Tensor;
  const matrix: Products['matrix'] = (a, b, transposeA, transposeB) =>
    native
      ? tf.matMul(a as never, b as never, transposeA, transposeB)
      : tf.matMul(turned(a, transposeA) as never, (transposeB === true ? turned(b, true) : copied(b)) as never);
  const ones = (rows: number, columns: number) => tf.fill([rows, columns], 1);
  return {
    matrix,
    batched: (a, b, transposeA, transposeB) => {
      const [g = 1, p = 1, q = 1] = a.shape;
      const m = b.shape[transposeB === true ? 1 : 2] as number;
      if (native || (g > 1 && p * q * m < WORTH_SPLITTING))
        return tf.matMul(a as never, b as never, transposeA, transposeB);
      const at = (x: Tensor, i: number): Tensor => {
        const [, rows = 1, columns = 1] = x.shape;
        return tf.reshape(tf.slice(x as never, [i, 0, 0], [1, rows, columns]), [rows, columns]);
      };
      const parts = Array.from({ length: g }, (_, i) =>
        tf.expandDims(matrix(at(a, i), at(b, i), transposeA, transposeB), 0),
      );
      return tf.concat(parts, 0);
    },
    columnSums: (x) => {
      const [rows = 1, columns = 1] = x.shape;
      if (native) return tf.sum(x, 0);
      return tf.reshape(tf.matMul(ones(1, rows) as never, copied(x) as never), [columns]);
    },
    rowMeans: (x) => {
      const columns = x.shape[1] as number;
      if (native) return tf.mean(x, 1, true);
      return tf.matMul(x as never, tf.fill([columns, 1], 1 / columns) as never);
    },
  };
}
