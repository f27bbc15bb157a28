import type { Ops, SelfAttention } from '../model/ops.js';
import type { Primitives } from './primitives.js';
import { view } from './primitives.js';
import type { createStructure } from './structure.js';
import type { Tape, Value } from './tape.js';

type Structure = ReturnType<typeof createStructure>;

/** Scores of a head that are held at once: 8 MB. 4096 tokens (1024 pixels) take eight rounds, 1024 tokens one. */
const MOST_SCORES = 2 ** 21;

/** Both attentions of `Ops` over heads `[b, heads, tokens, d]`. */
export function createAttention(
  tape: Tape,
  p: Primitives,
  ops: Structure & Pick<Ops<Value>, 'parameter'>,
  offsetTable: (table: string, heads: number) => Value,
  mostScores = MOST_SCORES,
): Pick<Ops<Value>, 'attention' | 'selfAttention'> {
  const { record, give } = tape;

  /** softmax(scale q kᵀ + shifts) v. Shifts broadcast to the scores, or to the scores with keys as a square. */
  const mix = (q: Value, k: Value, v: Value, shifts: readonly Value[] = []): Value => {
    const scale = 1 / Math.sqrt(q.shape.at(-1) as number);
    const products = p.product(q, k, { transposeB: true, scale });
    const scores = shifts.some(({ shape }) => shape.length > 4) ? squared(products.shape) : products.shape;
    const sums = shifts.reduce((sum, shift) => p.add(view(sum, scores), shift), products);
    const shares = p.softmax(view(sums, products.shape));
    const y = p.product(shares, v);
    record([y], ([dy]) => {
      const gradient = dy as Value;
      // What every row of scores loses is the product of the output with its gradient.
      const along = rowSums(p.multiply(gradient, y));
      const dScores = p.multiply(shares, p.subtract(p.product(gradient, v, { transposeB: true }), along));
      give(q, () => p.sumTo(p.product(dScores, k, { scale }), q.shape));
      give(k, () => p.sumTo(p.product(dScores, q, { transposeA: true, scale }), k.shape));
      give(v, () => p.sumTo(p.product(shares, gradient, { transposeA: true }), v.shape));
      for (const shift of shifts) give(shift, () => p.sumTo(view(dScores, scores), shift.shape));
    });
    return y;
  };
  const rowSums = (x: Value): Value => p.sum(x, [x.shape.length - 1]);
  const byHead = (x: Value): Value => ops.transpose(x, [0, 2, 1, 3]);

  /** What SAM adds to the scores of a round of queries, which are whole rows from row `start` on. */
  const relativeShifts = (
    q: Value,
    { rows, columns }: NonNullable<SelfAttention<Value>['relativePosition']>,
    side: number,
    start: number,
  ): Value[] => {
    const [b = 1, heads = 1, n = 1, d = 1] = q.shape;
    const size = n / side;
    const vectors = (table: Value, from: number, length: number): Value =>
      ops.transpose(ops.slice(view(table, [side, side, d]), 0, from, length), [0, 2, 1]);
    const map = view(q, [b, heads, size, side, d]);
    const byRow = ops.matmul(map, vectors(rows, start, size));
    const turned = ops.matmul(ops.transpose(map, [0, 1, 3, 2, 4]), vectors(columns, 0, side));
    const byColumn = ops.transpose(turned, [0, 1, 3, 2, 4]);
    return [view(byRow, [b, heads, n, side, 1]), view(byColumn, [b, heads, n, 1, side])];
  };

  return {
    attention: (q, k, v, heads) => {
      const apart = (x: Value): Value => {
        const [b = 1, n = 1, channels = 1] = x.shape;
        return byHead(view(x, [b, n, heads, channels / heads]));
      };
      const mixed = mix(apart(q), apart(k), apart(v));
      const [b = 1, , n = 1, d = 1] = mixed.shape;
      return view(byHead(mixed), [b, n, heads * d]);
    },

    selfAttention: (qkv, { headChannels: d, window: side, layout, offsetBias, relativePosition }) => {
      const [windows = 1, tokens = 1, width = 1] = qkv.shape;
      const heads = width / 3 / d;
      const stacked =
        layout === 'head-qkv'
          ? ops.transpose(view(qkv, [windows, tokens, heads, 3, d]), [3, 0, 2, 1, 4])
          : ops.transpose(view(qkv, [windows, tokens, 3, heads, d]), [2, 0, 3, 1, 4]);
      const [q, k, v] = ops.unstacked(view(stacked, [3 * windows, heads, tokens, d]), 3) as [Value, Value, Value];
      const bias = offsetBias && offsetTable(offsetBias.table, heads);
      const round = (start: number, size: number): Value => {
        const part = ops.slice(q, 2, start * side, size * side);
        if (relativePosition !== undefined) return mix(part, k, v, relativeShifts(part, relativePosition, side, start));
        return mix(part, k, v, bias === undefined ? [] : [ops.slice(bias, 2, start * side, size * side)]);
      };
      // Rounds of whole rows of queries, so that memory does not grow with the square of the tokens.
      const size = Math.max(1, Math.min(side, Math.floor(mostScores / tokens / side)));
      const starts = Array.from({ length: Math.ceil(side / size) }, (_, i) => i * size);
      const rounds = starts.map((start) =>
        starts.length === 1 ? round(0, side) : tape.recomputed(() => round(start, Math.min(size, side - start))),
      );
      return view(byHead(ops.concat(rounds, 2)), [windows, tokens, heads * d]);
    },
  };
}

/** The shape of scores with keys as rows and columns. */
function squared([b = 1, heads = 1, queries = 1, keys = 1]: readonly number[]): readonly number[] {
  return [b, heads, queries, Math.sqrt(keys), Math.sqrt(keys)];
}
