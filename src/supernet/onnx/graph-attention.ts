import type { Ops, SelfAttention } from '../ops.js';
import { type GraphBuilder, type GraphTensor, int } from './graph-builder.js';
import { weightTensor } from './graph-weights.js';

type Primitives = Pick<Ops<GraphTensor>, 'reshape' | 'transpose' | 'matmul' | 'add' | 'multiply' | 'constant'>;

/** Both attentions of `Ops` over heads `[b, heads, tokens, d]`. */
export function createGraphAttention(
  graph: GraphBuilder,
  ops: Primitives,
): Pick<Ops<GraphTensor>, 'attention' | 'selfAttention'> {
  const softmax = (x: GraphTensor): GraphTensor => ({
    name: graph.node('Softmax', [x.name], { axis: int(-1) })[0] as string,
    shape: x.shape,
  });
  /** q, k, v `[b, n, heads, d]` to `[b, n, heads * d]`. */
  const mix = (q: GraphTensor, k: GraphTensor, v: GraphTensor, bias?: GraphTensor): GraphTensor => {
    const [heads = 1, d = 1] = q.shape.slice(2);
    const scaled = ops.multiply(q, ops.constant(Float32Array.of(1 / Math.sqrt(d)), [1]));
    const products = ops.matmul(ops.transpose(scaled, [0, 2, 1, 3]), ops.transpose(k, [0, 2, 3, 1]));
    const shares = softmax(bias === undefined ? products : ops.add(products, bias));
    const mixed = ops.transpose(ops.matmul(shares, ops.transpose(v, [0, 2, 1, 3])), [0, 2, 1, 3]);
    return ops.reshape(mixed, [-1, q.shape[1] as number, heads * (v.shape[3] as number)]);
  };
  const split = (x: GraphTensor, axis: number): GraphTensor[] => {
    const part = (x.shape[axis] as number) / 3;
    const shape = x.shape.map((size, i) => (i === axis ? part : size));
    const names = graph.node('Split', [x.name, graph.integers([part, part, part])], { axis: int(axis) }, 3);
    return names.map((name) => ({ name, shape }));
  };

  return {
    attention: (q, k, v, heads) => {
      const separate = (x: GraphTensor) =>
        ops.reshape(x, [-1, x.shape[1] as number, heads, (x.shape[2] as number) / heads]);
      return mix(separate(q), separate(k), separate(v));
    },
    selfAttention: (qkv, options) => {
      const [, tokens = 0, channels = 0] = qkv.shape;
      const d = channels / 3 / options.heads;
      const [q, k, v] =
        options.layout === 'head-qkv'
          ? split(ops.reshape(qkv, [-1, tokens, options.heads, 3 * d]), 3)
          : split(qkv, 2).map((part) => ops.reshape(part, [-1, tokens, options.heads, d]));
      return mix(q as GraphTensor, k as GraphTensor, v as GraphTensor, offsetBias(graph, options));
    },
  };
}

/** The learned offsets unrolled to `[1, heads, tokens, tokens]`. */
function offsetBias(graph: GraphBuilder, { offsetBias: table, window, heads }: SelfAttention): GraphTensor | undefined {
  if (table === undefined) return undefined;
  const tokens = window * window;
  const shape = [1, heads, tokens, tokens];
  const name = graph.initializer(`${table}.unrolled`, shape, () => {
    const { data } = weightTensor(graph.weights, table);
    const unrolled = new Float32Array(heads * tokens * tokens);
    for (let head = 0, at = 0; head < heads; head++) {
      for (let i = 0; i < tokens; i++) {
        for (let j = 0; j < tokens; j++, at++) {
          const dy = Math.abs(Math.floor(i / window) - Math.floor(j / window));
          const dx = Math.abs((i % window) - (j % window));
          unrolled[at] = data[head * tokens + dy * window + dx] as number;
        }
      }
    }
    return unrolled;
  });
  return { name, shape };
}
