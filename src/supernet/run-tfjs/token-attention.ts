import type { SelfAttention } from '../model/ops.js';
import { createShelf, differentiable, type Tensor, type Tf } from './differentiable.js';
import type { Products } from './products.js';
import { createRelativeScores, type RelativeVectors } from './relative-scores.js';

/** Scores of a head that are held at once: 8 MB. 4096 tokens (1024 pixels) take eight rounds, 1024 tokens one. */
export const MOST_SCORES = 2 ** 21;

/**
 * Self-attention from q, k and v side by side (SAM's ViT and plain ViTs), with or without decomposed relative positions.
 * Queries go in rounds of whole rows, so that memory does not grow with the square of the tokens; several rounds
 * recompute their scores in the backward pass, a single one keeps them.
 */
export function createTokenAttention(tf: Tf, products: Products, mostScores = MOST_SCORES) {
  const { batched } = products;
  const relative = createRelativeScores(tf, products);

  return (qkv: Tensor, { headChannels: d, window, relativePosition }: SelfAttention<Tensor>): Tensor => {
    const [windows = 1, tokens = 1, width = 1] = qkv.shape;
    const heads = width / 3 / d;
    const rows = windows * tokens;
    const scale = 1 / Math.sqrt(d);
    const rounds = queryRounds(window, tokens, mostScores);
    const groups = (x: Tensor) => tf.reshape(x, [heads * windows, tokens, d]);
    const queriesOf = (x: Tensor, { start, size }: Round): Tensor =>
      size === window ? x : slice(tf, x, start * window, size * window);

    const sharesOf = (q: Tensor, k: Tensor, vectors: RelativeVectors | undefined, round: Round): Tensor => {
      const scores = batched(tf.mul(q, scale), k, false, true);
      return tf.softmax(vectors === undefined ? scores : relative.add(scores, q, vectors, window, round));
    };

    const split = (x: Tensor): [q: Tensor, k: Tensor, v: Tensor] =>
      products.unstack(tf.transpose(tf.reshape(x, [rows, 3, heads, d]), [1, 2, 0, 3])).map(groups) as [
        Tensor,
        Tensor,
        Tensor,
      ];

    const backward = (dy: Tensor, [q, k, v, ...others]: Saved) => {
      const vectors = relativePosition && { rows: others[0] as Tensor, columns: others[1] as Tensor };
      const kept = others[vectors === undefined ? 0 : 2];
      const dMixed = groups(tf.transpose(tf.reshape(dy, [rows, heads, d]), [1, 0, 2]));
      const dQueries: Tensor[] = [];
      let [dKeys, dValues] = [tf.zerosLike(k), tf.zerosLike(v)] as [Tensor, Tensor];
      const dRows: Tensor[] = [];
      let dColumns: Tensor | undefined;
      for (const round of rounds) {
        const [dq, dk, dv, rows, columns] = tf.tidy(() => {
          const query = queriesOf(q, round);
          const output = queriesOf(dMixed, round);
          const shares = kept ?? sharesOf(query, k, vectors, round);
          const weighted = tf.mul(batched(output, v, false, true), shares);
          const gradient = tf.sub(weighted, tf.mul(shares, tf.sum(weighted, -1, true))) as Tensor;
          const direct = tf.mul(batched(gradient, k), scale) as Tensor;
          const relatives = vectors && relative.backward(gradient, query, vectors, window, round);
          return [
            relatives === undefined ? direct : tf.add(direct, relatives.q),
            tf.add(dKeys, tf.mul(batched(gradient, query, true, false), scale)),
            tf.add(dValues, batched(shares, output, true, false)),
            ...(relatives === undefined
              ? []
              : [relatives.rows, dColumns === undefined ? relatives.columns : tf.add(dColumns, relatives.columns)]),
          ] as [Tensor, Tensor, Tensor, Tensor?, Tensor?];
        });
        tf.dispose([dKeys, dValues, ...(dColumns === undefined ? [] : [dColumns])]);
        dQueries.push(dq);
        [dKeys, dValues] = [dk, dv];
        if (rows !== undefined) dRows.push(rows);
        dColumns = columns;
      }
      const joint = tf.stack([tf.concat(dQueries, 1), dKeys, dValues]);
      const apart = tf.reshape(joint, [3, heads, rows, d]);
      const vector = (x: Tensor) => tf.reshape(x, [window * window, d]) as Tensor;
      return {
        qkv: tf.reshape(tf.transpose(apart, [2, 0, 1, 3]), qkv.shape) as Tensor,
        ...(dColumns && { rows: vector(tf.concat(dRows, 0)), columns: vector(dColumns) }),
      };
    };

    return differentiable(
      tf,
      { qkv, ...relativePosition },
      (save) => {
        const [q, k, v] = split(qkv);
        const single = rounds.length === 1;
        let kept: Tensor | undefined;
        const mixed = rounds.map((round) =>
          tf.tidy(() => {
            const shares = sharesOf(queriesOf(q, round), k, relativePosition, round);
            if (single) kept = tf.keep(shares);
            return batched(shares, v);
          }),
        );
        const vectors = relativePosition === undefined ? [] : [relativePosition.rows, relativePosition.columns];
        save([q, k, v, ...vectors, ...(kept === undefined ? [] : [kept])]);
        kept?.dispose();
        const joined = tf.reshape(tf.concat(mixed, 1), [heads, rows, d]);
        return tf.reshape(tf.transpose(joined, [1, 0, 2]), [windows, tokens, heads * d]);
      },
      (dy, saved) => {
        // The vectors' gradients come with the projection's.
        const shelf = createShelf(tf);
        const table = (name: 'rows' | 'columns') => () =>
          shelf.take(name) ?? (backward(dy, saved as Saved)[name] as Tensor);
        return {
          qkv: () => {
            const { qkv: gradient, ...vectors } = backward(dy, saved as Saved);
            for (const [name, each] of Object.entries(vectors)) shelf.put(name, each);
            return gradient;
          },
          rows: table('rows'),
          columns: table('columns'),
        };
      },
    );
  };
}

/** Queries, keys, values; the relative positions' vectors for rows and columns, if any; the shares, if there is one round. */
type Saved = [q: Tensor, k: Tensor, v: Tensor, ...others: Tensor[]];

/** Whole rows of queries: the first row and their number. */
export interface Round {
  readonly start: number;
  readonly size: number;
}

function queryRounds(side: number, tokens: number, mostScores: number): Round[] {
  const size = Math.max(1, Math.min(side, Math.floor(mostScores / tokens / side)));
  return Array.from({ length: Math.ceil(side / size) }, (_, i) => ({
    start: i * size,
    size: Math.min(size, side - i * size),
  }));
}

const slice = (tf: Tf, x: Tensor, start: number, size: number): Tensor =>
  tf.slice(x as never, [0, start, 0], [x.shape[0] as number, size, x.shape[2] as number]);
