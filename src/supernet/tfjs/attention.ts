import type { SelfAttention } from '../ops.js';
import { differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';

/** Attention of one head over groups: q `[g, n, d]`, k `[g, m, d]`, v `[g, m, e]`; gradients from the kept softmax. */
export function createAttention(tf: Tf, products: Products) {
  const forward = (q: Tensor, k: Tensor, v: Tensor, bias: Tensor | undefined): [mixed: Tensor, shares: Tensor] => {
    const scale = 1 / Math.sqrt(q.shape[2] as number);
    const logits = products.batched(tf.mul(q, scale), k, false, true);
    const shares = tf.softmax(bias === undefined ? logits : tf.add(logits, bias)) as Tensor;
    return [products.batched(shares, v), shares];
  };
  const logitGradient = (dy: Tensor, v: Tensor, shares: Tensor): Tensor => {
    const weighted = tf.mul(products.batched(dy, v, false, true), shares);
    return tf.sub(weighted, tf.mul(shares, tf.sum(weighted, -1, true)));
  };
  const scaled = (x: Tensor, like: Tensor) => tf.mul(x, 1 / Math.sqrt(like.shape[2] as number));

  const grouped = (q: Tensor, k: Tensor, v: Tensor): Tensor =>
    differentiable(
      tf,
      { q, k, v },
      (save) => {
        const [mixed, shares] = forward(q, k, v, undefined);
        save([q, k, v, shares]);
        return mixed;
      },
      (dy, saved) => {
        const [q0, k0, v0, shares] = saved as [Tensor, Tensor, Tensor, Tensor];
        return {
          q: () => scaled(products.batched(logitGradient(dy, v0, shares), k0), q),
          k: () => scaled(products.batched(logitGradient(dy, v0, shares), q0, true, false), q),
          v: () => products.batched(shares, dy, true, false),
        };
      },
    );

  const selfAttention = (qkv: Tensor, table: Tensor | undefined, options: SelfAttention): Tensor => {
    const [windows = 1, tokens = 1, width = 1] = qkv.shape;
    const { heads, window } = options;
    const d = width / 3 / heads;
    const part = (head: number, which: number) =>
      options.layout === 'head-qkv' ? (3 * head + which) * d : (which * heads + head) * d;
    const columns = (x: Tensor, start: number): Tensor =>
      tf.reshape(tf.slice(tf.reshape(x, [-1, x.shape[2] as number]) as never, [0, start], [windows * tokens, d]), [
        windows,
        tokens,
        d,
      ]);
    const bias = (head: number): Tensor | undefined => {
      if (table === undefined) return undefined;
      const row = tf.reshape(tf.slice(table as never, [head, 0], [1, window * window]), [window * window]);
      return tf.reshape(tf.gather(row, tf.tensor1d(offsets(window), 'int32')), [1, tokens, tokens]);
    };
    return differentiable(
      tf,
      { qkv, ...(table && { table }) },
      (save) => {
        const mixed: Tensor[] = [];
        const kept: Tensor[] = [qkv];
        for (let head = 0; head < heads; head++) {
          const [q, k, v] = [0, 1, 2].map((which) => columns(qkv, part(head, which))) as [Tensor, Tensor, Tensor];
          const [y, shares] = forward(q, k, v, bias(head));
          mixed.push(tf.reshape(y, [windows * tokens, d]));
          kept.push(shares);
        }
        save(kept);
        return tf.reshape(tf.concat(mixed, 1), [windows, tokens, heads * d]);
      },
      (dy, [saved, ...shares]) => {
        const dLogits = (head: number) =>
          logitGradient(columns(dy, head * d), columns(saved as Tensor, part(head, 2)), shares[head] as Tensor);
        // The projection's gradient passes by everything the table's needs, which is small enough to keep as numbers.
        let sums: Float32Array | undefined;
        const addTo = (totals: Float32Array, head: number, gradient: Tensor) => {
          const total = products.columnSums(tf.reshape(gradient, [windows, tokens * tokens])).dataSync();
          offsets(window).forEach((offset, at) => {
            const entry = head * window * window + offset;
            totals[entry] = (totals[entry] as number) + (total[at] as number);
          });
        };
        return {
          qkv: () => {
            const totals = new Float32Array(heads * window * window);
            const pieces = new Map<number, Tensor>();
            for (let head = 0; head < heads; head++) {
              const gradient = dLogits(head);
              const [q, k] = [0, 1].map((which) => columns(saved as Tensor, part(head, which))) as [Tensor, Tensor];
              const flat = (x: Tensor) => tf.reshape(x, [windows * tokens, d]);
              pieces.set(part(head, 0), flat(scaled(products.batched(gradient, k), q)));
              pieces.set(part(head, 1), flat(scaled(products.batched(gradient, q, true, false), q)));
              pieces.set(
                part(head, 2),
                flat(products.batched(shares[head] as Tensor, columns(dy, head * d), true, false)),
              );
              if (table !== undefined) addTo(totals, head, gradient);
            }
            sums = totals;
            const ordered = [...pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece);
            return tf.reshape(tf.concat(ordered, 1), qkv.shape);
          },
          table: () => {
            const totals = sums ?? new Float32Array(heads * window * window);
            if (sums === undefined) for (let head = 0; head < heads; head++) addTo(totals, head, dLogits(head));
            return tf.tensor2d(totals, [heads, window * window]);
          },
        };
      },
    );
  };
  return { grouped, selfAttention };
}

const offsetTables = new Map<number, Int32Array>();

/** For every pair of tokens of a window the entry |dy| * window + |dx| of a bias table. */
function offsets(window: number): Int32Array {
  const tokens = window * window;
  const known = offsetTables.get(window);
  if (known !== undefined) return known;
  const table = Int32Array.from({ length: tokens * tokens }, (_, at) => {
    const [i, j] = [Math.floor(at / tokens), at % tokens];
    const dy = Math.abs(Math.floor(i / window) - Math.floor(j / window));
    return dy * window + Math.abs((i % window) - (j % window));
  });
  offsetTables.set(window, table);
  return table;
}
