import { offsetEntries, type SelfAttention } from '../model/ops.js';
import { createShelf, differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

/** Attention over groups, one a window and head: q `[g, n, d]`, k `[g, m, d]`, v `[g, m, e]`; gradients from the kept softmax. */
export function createAttention(tf: Tf, products: Products) {
  const { batched } = products;
  const scaled = (x: Tensor, like: Tensor) => tf.mul(x, 1 / Math.sqrt(like.shape[2] as number));
  const logitGradient = (dy: Tensor, v: Tensor, shares: Tensor): Tensor => {
    const weighted = tf.mul(batched(dy, v, false, true), shares);
    return tf.sub(weighted, tf.mul(shares, tf.sum(weighted, -1, true)));
  };

  const grouped = (q: Tensor, k: Tensor, v: Tensor): Tensor =>
    differentiable(
      tf,
      { q, k, v },
      (save) => {
        const shares = tf.softmax(batched(scaled(q, q), k, false, true)) as Tensor;
        save([q, k, v, shares]);
        return batched(shares, v);
      },
      (dy, saved) => {
        const [q0, k0, v0, shares] = saved as [Tensor, Tensor, Tensor, Tensor];
        return {
          q: () => scaled(batched(logitGradient(dy, v0, shares), k0), k0),
          k: () => scaled(batched(logitGradient(dy, v0, shares), q0, true, false), q0),
          v: () => batched(shares, dy, true, false),
        };
      },
    );

  /** TinyViT's: q, k and v of a head together, a learned bias an offset. */
  const offsetAttention = (qkv: Tensor, table: Tensor, { headChannels: d, window }: SelfAttention<Tensor>): Tensor => {
    const [windows = 1, tokens = 1, width = 1] = qkv.shape;
    const heads = width / 3 / d;
    const rows = windows * tokens;
    /** To `[q k v, heads, rows, d]`. The same order of axes leads back. */
    const joint = [rows, heads, 3, d];
    const order = [2, 1, 0, 3];
    const groups = (x: Tensor) => tf.reshape(x, [heads * windows, tokens, d]);
    const byHead = (x: Tensor) => tf.reshape(x, [heads, windows, tokens * tokens]);
    return differentiable(
      tf,
      { qkv, table },
      (save) => {
        const apart = tf.transpose(tf.reshape(qkv, joint), order);
        const [q, k, v] = products.unstack(apart).map(groups) as [Tensor, Tensor, Tensor];
        const large = scaled(q, q);
        const logits = batched(large, k, false, true);
        const shifted = tf.add(byHead(logits), biases(table, window));
        const shares = tf.softmax(tf.reshape(shifted, [heads * windows, tokens, tokens])) as Tensor;
        save([large, k, v, shares]);
        const mixed = tf.reshape(batched(shares, v), [heads, rows, d]);
        return tf.reshape(tf.transpose(mixed, [1, 0, 2]), [windows, tokens, heads * d]);
      },
      (dy, saved) => {
        const [large, k, v, shares] = saved as [Tensor, Tensor, Tensor, Tensor];
        const dMixed = () => groups(tf.transpose(tf.reshape(dy, [rows, heads, d]), [1, 0, 2]));
        const tableGradient = (gradient: Tensor) => products.sumsByOffset(products.groupSums(byHead(gradient)), window);
        // Made of what the projection's gradient goes through anyway.
        const shelf = createShelf(tf);
        return {
          qkv: () => {
            const mixed = dMixed();
            const gradient = logitGradient(mixed, v, shares);
            shelf.put('table', tableGradient(gradient));
            const parts = [
              scaled(batched(gradient, k), k),
              batched(gradient, large, true, false),
              batched(shares, mixed, true, false),
            ];
            const stacked = tf.reshape(tf.concat(parts, 0), [3, heads, rows, d]);
            return tf.reshape(tf.transpose(stacked, order), qkv.shape);
          },
          table: () => shelf.take('table') ?? tableGradient(logitGradient(dMixed(), v, shares)),
        };
      },
    );
  };

  /** The learned bias of every pair of tokens: `[heads, 1, tokens * tokens]`. */
  const biases = (table: Tensor, window: number): Tensor =>
    tf.expandDims(products.columnsAt(table, offsetEntries(window)), 1);

  return { grouped, offsetAttention };
}
