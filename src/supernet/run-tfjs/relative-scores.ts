import type { Tensor, Tf } from './differentiable.js';
import type { Products } from './products.js';
import type { Round } from './token-attention.js';

export interface RelativeVectors {
  /** `[side * side, d]`; see `SelfAttention.relativePosition`. */
  readonly rows: Tensor;
  readonly columns: Tensor;
}

/**
 * What decomposed relative positions add to the scores of a round of queries, and its gradients. Queries are `[g, r * side, d]`
 * (unscaled), scores `[g, r * side, side * side]`. A query's products with the vectors of its row are two-dimensional products
 * over all queries of that row, so queries are gathered by row and by column.
 */
export function createRelativeScores(tf: Tf, products: Products) {
  const { batched } = products;
  /** `[g, r * side, c]` to `[r, g * side, c]` and back. */
  const byRow = (x: Tensor, r: number, side: number): Tensor =>
    tf.reshape(tf.transpose(tf.reshape(x, [-1, r, side, x.shape[2] as number]), [1, 0, 2, 3]), [
      r,
      -1,
      x.shape[2] as number,
    ]);
  const fromRows = (x: Tensor, r: number, side: number): Tensor =>
    tf.reshape(tf.transpose(tf.reshape(x, [r, -1, side, x.shape[2] as number]), [1, 0, 2, 3]), [
      -1,
      r * side,
      x.shape[2] as number,
    ]);
  /** `[g, r * side, c]` to `[side, g * r, c]` and back. */
  const byColumn = (x: Tensor, r: number, side: number): Tensor =>
    tf.reshape(tf.transpose(tf.reshape(x, [-1, r, side, x.shape[2] as number]), [2, 0, 1, 3]), [
      side,
      -1,
      x.shape[2] as number,
    ]);
  const fromColumns = (x: Tensor, r: number, side: number): Tensor =>
    tf.reshape(tf.transpose(tf.reshape(x, [side, -1, r, x.shape[2] as number]), [1, 2, 0, 3]), [
      -1,
      r * side,
      x.shape[2] as number,
    ]);
  const rowsOf = ({ rows }: RelativeVectors, side: number, { start, size }: Round): Tensor => {
    const d = rows.shape[1] as number;
    const all = tf.reshape(rows, [side, side, d]) as Tensor;
    return size === side ? all : (tf.slice(all as never, [start, 0, 0], [size, side, d]) as Tensor);
  };
  const columnsOf = ({ columns }: RelativeVectors, side: number): Tensor =>
    tf.reshape(columns, [side, side, columns.shape[1] as number]);

  return {
    add: (scores: Tensor, q: Tensor, vectors: RelativeVectors, side: number, round: Round): Tensor => {
      const r = round.size;
      const rows = fromRows(batched(byRow(q, r, side), rowsOf(vectors, side, round), false, true), r, side);
      const columns = fromColumns(batched(byColumn(q, r, side), columnsOf(vectors, side), false, true), r, side);
      const byPair = tf.reshape(scores, [-1, side, side]);
      const withRows = tf.add(byPair, tf.reshape(rows, [-1, side, 1]));
      return tf.reshape(tf.add(withRows, tf.reshape(columns, [-1, 1, side])), scores.shape);
    },

    /**
     * From the gradient of the scores that of the queries, of the vectors of the round's rows (`[r, side, d]`) and the round's part of
     * the vectors of columns (`[side, side, d]`).
     */
    backward: (
      gradient: Tensor,
      q: Tensor,
      vectors: RelativeVectors,
      side: number,
      round: Round,
    ): { readonly q: Tensor; readonly rows: Tensor; readonly columns: Tensor } => {
      const r = round.size;
      const flat = tf.reshape(gradient, [-1, side * side]);
      const [dRows, dColumns] = [ones(side, 'row'), ones(side, 'column')].map((pattern) =>
        tf.reshape(products.matrix(flat, tf.tensor2d(pattern, [side * side, side])), [q.shape[0] as number, -1, side]),
      ) as [Tensor, Tensor];
      const [dByRow, dByColumn] = [byRow(dRows, r, side), byColumn(dColumns, r, side)];
      return {
        q: tf.add(
          fromRows(batched(dByRow, rowsOf(vectors, side, round)), r, side),
          fromColumns(batched(dByColumn, columnsOf(vectors, side)), r, side),
        ),
        rows: batched(dByRow, byRow(q, r, side), true, false),
        columns: batched(dByColumn, byColumn(q, r, side), true, false),
      };
    },
  };
}

/** `[side * side, side]`: which keys lie in a row (column). A product with it sums over them. */
function ones(side: number, axis: 'row' | 'column'): Float32Array {
  const pattern = new Float32Array(side ** 3);
  for (let key = 0; key < side * side; key++) {
    pattern[key * side + (axis === 'row' ? Math.floor(key / side) : key % side)] = 1;
  }
  return pattern;
}
