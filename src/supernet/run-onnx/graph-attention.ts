import type { Ops, SelfAttention } from '../model/ops.js';
import { type GraphBuilder, type GraphTensor, int, ints, weightTensor } from './graph-builder.js';

type Primitives = Pick<
  Ops<GraphTensor>,
  'reshape' | 'transpose' | 'matmul' | 'add' | 'multiply' | 'constant' | 'slice' | 'concat'
>;

/** Scores of a head that are held at once: 8 MB. 4096 tokens (1024 pixels) take eight rounds, 1024 tokens one. */
const MOST_SCORES = 2 ** 21;

/** Both attentions of `Ops` over heads `[b, heads, tokens, d]`; the number of heads may be known at run time only. */
export function createGraphAttention(
  graph: GraphBuilder,
  ops: Primitives,
): Pick<Ops<GraphTensor>, 'attention' | 'selfAttention'> {
  const node = (opType: string, inputs: readonly string[], shape: readonly number[], attributes = {}): GraphTensor => ({
    name: graph.node(opType, inputs, attributes)[0] as string,
    shape,
  });
  const softmax = (x: GraphTensor) => node('Softmax', [x.name], x.shape, { axis: int(-1) });
  const scaled = (q: GraphTensor) =>
    ops.multiply(q, ops.constant(Float32Array.of(1 / Math.sqrt(q.shape[3] as number)), [1]));
  /** A reshape copies (0) what is not known. */
  const kept = (size: number) => Math.max(0, size);
  /** `[b, n, heads * d]` to `[b, n, heads, d]` and back, whatever the number of heads. */
  const separate = (x: GraphTensor, d: number): GraphTensor => {
    const [b = -1, n = 0, channels = -1] = x.shape;
    const shape = [b, n, channels < 0 ? -1 : channels / d, d];
    return node('Reshape', [x.name, graph.integers([0, kept(n), -1, d])], shape);
  };
  const join = (x: GraphTensor): GraphTensor => {
    const [b = -1, n = 0, heads = -1, d = 0] = x.shape;
    return node('Reshape', [x.name, graph.integers([0, kept(n), -1])], [b, n, heads < 0 ? -1 : heads * d]);
  };
  const thirds = (x: GraphTensor, axis: number): [GraphTensor, GraphTensor, GraphTensor] => {
    const shape = x.shape.map((size, i) => (i === axis && size > 0 ? size / 3 : size));
    const names = graph.node('Split', [x.name], { axis: int(axis) }, 3);
    return names.map((name): GraphTensor => ({ name, shape })) as [GraphTensor, GraphTensor, GraphTensor];
  };
  const byHead = (x: GraphTensor) => ops.transpose(x, [0, 2, 1, 3]);
  /** q and v `[b, heads, n, d]`, keys `[b, heads, d, m]` to `[b, heads, n, d]`; `shift` adds to the scores. */
  const mix = (
    q: GraphTensor,
    keys: GraphTensor,
    v: GraphTensor,
    shift: (scores: GraphTensor) => GraphTensor,
  ): GraphTensor => ops.matmul(softmax(shift(ops.matmul(scaled(q), keys))), v);

  /** What the relative positions of SAM add: `q` holds whole rows of queries, from row `start` on. */
  const relative = (
    scores: GraphTensor,
    q: GraphTensor,
    { rows, columns }: NonNullable<SelfAttention<GraphTensor>['relativePosition']>,
    side: number,
    start: number,
  ): GraphTensor => {
    const [b = -1, heads = -1, n = 0, d = 0] = q.shape;
    const count = n / side;
    const vectors = (table: GraphTensor, from: number, size: number) => {
      const all = ops.reshape(table, [side, side, d]);
      return ops.transpose(size === side ? all : ops.slice(all, 0, from, size), [0, 2, 1]);
    };
    const shaped = (x: GraphTensor, tail: readonly number[]) =>
      node('Reshape', [x.name, graph.integers([0, 0, ...tail])], [b, heads, ...tail]);
    const map = shaped(q, [count, side, d]);
    const byRow = ops.matmul(map, vectors(rows, start, count));
    const turned = ops.matmul(ops.transpose(map, [0, 1, 3, 2, 4]), vectors(columns, 0, side));
    const byColumn = ops.transpose(turned, [0, 1, 3, 2, 4]);
    const pairs = shaped(scores, [n, side, side]);
    const sum = ops.add(ops.add(pairs, shaped(byRow, [n, side, 1])), shaped(byColumn, [n, 1, side]));
    return shaped(sum, [n, side * side]);
  };

  /** In rounds of whole rows of queries, so that memory does not grow with the square of the tokens. */
  const inRounds = (tokens: number, side: number, round: (start: number, size: number) => GraphTensor): GraphTensor => {
    const size = Math.max(1, Math.min(side, Math.floor(MOST_SCORES / tokens / side)));
    const parts = Array.from({ length: Math.ceil(side / size) }, (_, i) =>
      round(i * size, Math.min(size, side - i * size)),
    );
    return parts.length === 1 ? (parts[0] as GraphTensor) : ops.concat(parts, 2);
  };

  return {
    attention: (q, k, v, heads) => {
      const apart = (x: GraphTensor) => separate(x, (x.shape[2] as number) / heads);
      const keys = ops.transpose(apart(k), [0, 2, 3, 1]);
      return join(byHead(mix(byHead(apart(q)), keys, byHead(apart(v)), (scores) => scores)));
    },
    selfAttention: (qkv, options) => {
      const { headChannels: d, window, layout, relativePosition } = options;
      const [q, k, v] =
        layout === 'head-qkv'
          ? thirds(separate(qkv, 3 * d), 3)
          : (thirds(qkv, 2).map((part) => separate(part, d)) as [GraphTensor, GraphTensor, GraphTensor]);
      const [queries, keys, values] = [byHead(q), ops.transpose(k, [0, 2, 3, 1]), byHead(v)];
      const bias = offsetBias(graph, options);
      const mixed = inRounds(window * window, window, (start, size) => {
        const part = size === window ? queries : ops.slice(queries, 2, start * window, size * window);
        return mix(part, keys, values, (scores) => {
          if (relativePosition !== undefined) return relative(scores, part, relativePosition, window, start);
          if (bias === undefined) return scores;
          return ops.add(scores, size === window ? bias : ops.slice(bias, 2, start * window, size * window));
        });
      });
      return join(byHead(mixed));
    },
  };
}

/**
 * The learned offsets of the active heads unrolled to `[1, heads, tokens, tokens]`. Unrolled by the graph, which a session does once as
 * it loads, so that a file holds the tables alone; heads are cut here if their number is known, else by the graph.
 */
function offsetBias(
  graph: GraphBuilder,
  { offsetBias: bias, window }: SelfAttention<GraphTensor>,
): GraphTensor | undefined {
  if (bias === undefined) return undefined;
  const { table, heads: active } = bias;
  const tokens = window * window;
  const { shape, data } = weightTensor(graph.weights, table);
  const heads = typeof active === 'number' ? active : (shape[0] as number);
  const node = (opType: string, inputs: readonly string[], attributes = {}) =>
    graph.node(opType, inputs, attributes)[0] as string;
  const own = graph.initializer(table, [heads, tokens], () => data.subarray(0, heads * tokens));
  // The distance of every pair along one axis; entry |dy| * window + |dx| of a table is that of the offset.
  const distances = graph.integers(
    Array.from({ length: tokens }, (_, at) => Math.abs(Math.floor(at / window) - (at % window))),
  );
  const map = node('Reshape', [own, graph.integers([heads, window, window])]);
  const byRow = node('Gather', [map, distances], { axis: int(1) });
  const pairs = node('Gather', [byRow, distances], { axis: int(2) });
  const apart = node('Reshape', [pairs, graph.integers([heads, window, window, window, window])]);
  const turned = node('Transpose', [apart], { perm: ints([0, 1, 3, 2, 4]) });
  const unrolled = node('Reshape', [turned, graph.integers([1, heads, tokens, tokens])]);
  if (active === undefined || typeof active === 'number') return { name: unrolled, shape: [1, heads, tokens, tokens] };
  const range = [graph.integers([0]), active.name, graph.integers([1])];
  return { name: node('Slice', [unrolled, ...range]), shape: [1, -1, tokens, tokens] };
}
