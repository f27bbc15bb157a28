import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { spread } from '../../../src/supernet/model/networks/mask-heads.js';
import type { Ops } from '../../../src/supernet/model/ops.js';
import { type Backend, loadBackend, tryNative } from '../../../src/supernet/run-tfjs/backend.js';
import { differentiable } from '../../../src/supernet/run-tfjs/differentiable.js';
import { createTfjsOps } from '../../../src/supernet/run-tfjs/ops.js';

/** Definitions in plain loops over row-major numbers. */
type Inputs = {
  readonly [name: string]: { readonly shape: readonly number[]; readonly at: (...i: number[]) => number };
};

interface Case {
  readonly shapes: { readonly [name: string]: readonly number[] };
  readonly run: (ops: Ops<Tensor>, of: (name: string) => Tensor) => Tensor;
  readonly shape: readonly number[];
  readonly value: (inputs: Inputs, ...index: number[]) => number;
}

const sum = (count: number, term: (i: number) => number): number => {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
};
const get = (inputs: Inputs, name: string) => {
  const input = inputs[name];
  if (input === undefined) throw new Error(`no input ${name}`);
  return input;
};
/** Entry of a map with zeros around it. */
const framed = (x: Inputs[string], b: number, h: number, w: number, c: number) =>
  h < 0 || w < 0 || h >= (x.shape[1] ?? 0) || w >= (x.shape[2] ?? 0) ? 0 : x.at(b, h, w, c);
const softmax = (logits: readonly number[]): number[] => {
  const exponentials = logits.map(Math.exp);
  const total = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((e) => e / total);
};
/** The error function by its Maclaurin series, which converges fast for the small arguments here. */
const erf = (x: number): number => {
  let term = x;
  let total = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
};

const convolution =
  (stride: number, padding: number, kernel: number) =>
  (inputs: Inputs, ...at: number[]) => {
    const [b = 0, h = 0, w = 0, o = 0] = at;
    const weight = get(inputs, 'l.weight');
    const x = get(inputs, 'x');
    return (
      get(inputs, 'l.bias').at(o) +
      sum(kernel, (i) =>
        sum(kernel, (j) =>
          sum(
            weight.shape[1] ?? 0,
            (c) => weight.at(o, c, i, j) * framed(x, b, h * stride + i - padding, w * stride + j - padding, c),
          ),
        ),
      )
    );
  };
const depthwise =
  (stride: number) =>
  (inputs: Inputs, ...at: number[]) => {
    const [b = 0, h = 0, w = 0, c = 0] = at;
    const [x, weight] = [get(inputs, 'x'), get(inputs, 'l.weight')];
    return (
      get(inputs, 'l.bias').at(c) +
      sum(3, (i) => sum(3, (j) => weight.at(c, 0, i, j) * framed(x, b, h * stride + i - 1, w * stride + j - 1, c)))
    );
  };
const attention =
  (heads: number) =>
  (inputs: Inputs, ...at: number[]) => {
    const [b = 0, n = 0, column = 0] = at;
    const [q, k, v] = [get(inputs, 'q'), get(inputs, 'k'), get(inputs, 'v')];
    const group = (x: Inputs[string]) => (x.shape[0] === 1 ? 0 : b);
    const d = (q.shape[2] ?? 0) / heads;
    const e = (v.shape[2] ?? 0) / heads;
    const head = Math.floor(column / e);
    const logits = Array.from(
      { length: k.shape[1] ?? 0 },
      (_, m) => sum(d, (i) => q.at(group(q), n, head * d + i) * k.at(group(k), m, head * d + i)) / Math.sqrt(d),
    );
    return softmax(logits).reduce((total, share, m) => total + share * v.at(group(v), m, column), 0);
  };
const selfAttention =
  (heads: number, window: number, place: (head: number, which: number) => number, table: boolean) =>
  (inputs: Inputs, ...at: number[]) => {
    const [b = 0, n = 0, column = 0] = at;
    const x = get(inputs, 'x');
    const d = (x.shape[2] ?? 0) / 3 / heads;
    const head = Math.floor(column / d);
    const part = (token: number, which: number, i: number) => x.at(b, token, place(head, which) * d + i);
    const logits = Array.from({ length: window * window }, (_, m) => {
      const dy = Math.abs(Math.floor(n / window) - Math.floor(m / window));
      const dx = Math.abs((n % window) - (m % window));
      const bias = table ? get(inputs, 'table').at(head, dy * window + dx) : 0;
      return bias + sum(d, (i) => part(n, 0, i) * part(m, 1, i)) / Math.sqrt(d);
    });
    return softmax(logits).reduce((total, share, m) => total + share * part(m, 2, column % d), 0);
  };
const linear = (inputs: Inputs, ...at: number[]) => {
  const [row = 0, o = 0] = at;
  const x = get(inputs, 'x');
  return get(inputs, 'l.bias').at(o) + sum(x.shape[1] ?? 0, (i) => x.at(row, i) * get(inputs, 'l.weight').at(o, i));
};

const cases: { readonly [name: string]: Case } = {
  gelu: {
    shapes: { x: [40] },
    run: (ops, of) => ops.gelu(of('x')),
    shape: [40],
    value: (inputs, i = 0) => {
      const x = get(inputs, 'x').at(i);
      return (x / 2) * (1 + erf(x / Math.SQRT2));
    },
  },
  'sin and cos': {
    shapes: { x: [6] },
    run: (ops, of) => ops.sin(ops.cos(of('x'))),
    shape: [6],
    value: (inputs, i = 0) => Math.sin(Math.cos(get(inputs, 'x').at(i))),
  },
  linear: {
    shapes: { x: [3, 4], 'l.weight': [5, 4], 'l.bias': [5] },
    run: (ops, of) => ops.linear(of('x'), 'l'),
    shape: [3, 5],
    value: linear,
  },
  'linear with leading outputs': {
    shapes: { x: [3, 4], 'l.weight': [5, 4], 'l.bias': [5] },
    run: (ops, of) => ops.linear(of('x'), 'l', { outputs: 2 }),
    shape: [3, 2],
    value: linear,
  },
  'linear with leading inputs': {
    shapes: { x: [3, 2], 'l.weight': [5, 4], 'l.bias': [5] },
    run: (ops, of) => ops.linear(of('x'), 'l', { inputs: 2 }),
    shape: [3, 5],
    value: linear,
  },
  layerNorm: {
    shapes: { x: [3, 6], 'l.weight': [6], 'l.bias': [6] },
    run: (ops, of) => ops.layerNorm(of('x'), 'l', 1e-2),
    shape: [3, 6],
    value: (inputs, row = 0, column = 0) => {
      const x = get(inputs, 'x');
      const mean = sum(6, (i) => x.at(row, i)) / 6;
      const variance = sum(6, (i) => (x.at(row, i) - mean) ** 2) / 6;
      const normal = (x.at(row, column) - mean) / Math.sqrt(variance + 1e-2);
      return normal * get(inputs, 'l.weight').at(column) + get(inputs, 'l.bias').at(column);
    },
  },
  conv2d: {
    shapes: { x: [2, 4, 5, 2], 'l.weight': [3, 2, 3, 3], 'l.bias': [3] },
    run: (ops, of) => ops.conv2d(of('x'), 'l', { stride: 1, padding: 1 }),
    shape: [2, 4, 5, 3],
    value: convolution(1, 1, 3),
  },
  'conv2d with stride': {
    shapes: { x: [1, 6, 6, 2], 'l.weight': [3, 2, 3, 3], 'l.bias': [3] },
    run: (ops, of) => ops.conv2d(of('x'), 'l', { stride: 2, padding: 1 }),
    shape: [1, 3, 3, 3],
    value: convolution(2, 1, 3),
  },
  'conv2d as a patch embedding': {
    shapes: { x: [1, 8, 8, 3], 'l.weight': [2, 3, 4, 4], 'l.bias': [2] },
    run: (ops, of) => ops.conv2d(of('x'), 'l', { stride: 4, padding: 0 }),
    shape: [1, 2, 2, 2],
    value: convolution(4, 0, 4),
  },
  depthwiseConv2d: {
    shapes: { x: [2, 4, 5, 3], 'l.weight': [3, 1, 3, 3], 'l.bias': [3] },
    run: (ops, of) => ops.depthwiseConv2d(of('x'), 'l', { stride: 1, padding: 1 }),
    shape: [2, 4, 5, 3],
    value: depthwise(1),
  },
  'depthwiseConv2d with stride': {
    shapes: { x: [1, 6, 5, 3], 'l.weight': [3, 1, 3, 3], 'l.bias': [3] },
    run: (ops, of) => ops.depthwiseConv2d(of('x'), 'l', { stride: 2, padding: 1 }),
    shape: [1, 3, 3, 3],
    value: depthwise(2),
  },
  'spread, the transposed convolution of kernel and stride 2': {
    shapes: { x: [2, 6, 4], 'l.weight': [4, 3, 2, 2], 'l.bias': [3] },
    run: (ops, of) => spread(ops, of('x'), 'l'),
    shape: [2, 24, 3],
    value: (inputs, b = 0, n = 0, o = 0) =>
      get(inputs, 'l.bias').at(o) +
      sum(4, (c) => get(inputs, 'x').at(b, n >> 2, c) * get(inputs, 'l.weight').at(c, o, (n >> 1) & 1, n & 1)),
  },
  attention: {
    shapes: { q: [2, 3, 4], k: [2, 5, 4], v: [2, 5, 6] },
    run: (ops, of) => ops.attention(of('q'), of('k'), of('v'), 2),
    shape: [2, 3, 6],
    value: attention(2),
  },
  'attention to a shared image': {
    shapes: { q: [3, 2, 4], k: [1, 5, 4], v: [1, 5, 4] },
    run: (ops, of) => ops.attention(of('q'), of('k'), of('v'), 2),
    shape: [3, 2, 4],
    value: attention(2),
  },
  'selfAttention as in TinyViT': {
    shapes: { x: [3, 9, 12], table: [2, 9] },
    run: (ops, of) =>
      ops.selfAttention(of('x'), { headChannels: 2, window: 3, layout: 'head-qkv', offsetBias: { table: 'table' } }),
    shape: [3, 9, 4],
    value: selfAttention(2, 3, (head, which) => 3 * head + which, true),
  },
  'selfAttention of leading heads': {
    shapes: { x: [3, 9, 12], table: [4, 9] },
    run: (ops, of) =>
      ops.selfAttention(of('x'), {
        headChannels: 2,
        window: 3,
        layout: 'head-qkv',
        offsetBias: { table: 'table', heads: 2 },
      }),
    shape: [3, 9, 4],
    value: selfAttention(2, 3, (head, which) => 3 * head + which, true),
  },
  'selfAttention as in SAM': {
    shapes: { x: [2, 4, 12] },
    run: (ops, of) => ops.selfAttention(of('x'), { headChannels: 2, window: 2, layout: 'qkv-head' }),
    shape: [2, 4, 4],
    value: selfAttention(2, 2, (head, which) => 2 * which + head, false),
  },
  // Large enough that wasm cuts the batch into two-dimensional products.
  'selfAttention in a large window': {
    shapes: { x: [2, 49, 96], table: [1, 49] },
    run: (ops, of) =>
      ops.selfAttention(of('x'), { headChannels: 32, window: 7, layout: 'head-qkv', offsetBias: { table: 'table' } }),
    shape: [2, 49, 32],
    value: selfAttention(1, 7, (head, which) => 3 * head + which, true),
  },
};

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const flatIndex = (shape: readonly number[], index: readonly number[]) =>
  shape.reduce((flat, size, axis) => flat * size + (index[axis] ?? 0), 0);
const indexOf = (shape: readonly number[], flat: number): number[] => {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
};

const native = await tryNative();
const backends: [string, () => Promise<Backend>][] = [
  ['wasm', () => loadBackend('wasm')],
  ...('reason' in native ? [] : [['native', () => loadBackend('native')] as [string, () => Promise<Backend>]]),
];

describe.each(backends)('on %s', (_, load) => {
  it.each(Object.entries(cases))('%s equals its definition', async (name, { shapes, run, shape, value }) => {
    const { tf } = await load();
    const rng = createRng('forward', name);
    const before = tf.memory().numTensors;
    const numbers = new Map(
      Object.entries(shapes).map(([input, s]) => [
        input,
        Float32Array.from({ length: product(s) }, () => rng.normal()),
      ]),
    );
    const inputs = Object.fromEntries(
      Object.entries(shapes).map(([input, s]) => {
        const at = (...index: number[]) => numbers.get(input)?.[flatIndex(s, index)] ?? Number.NaN;
        return [input, { shape: s, at }];
      }),
    );
    tf.tidy(() => {
      const tensors = new Map(
        Object.entries(shapes).map(([input, s]) => [input, tf.tensor(numbers.get(input) as Float32Array, [...s])]),
      );
      const y = run(
        createTfjsOps(tf, (input) => tensors.get(input)),
        (input) => tensors.get(input) as Tensor,
      );
      expect(y.shape).toEqual(shape);
      y.dataSync().forEach((actual, i) => {
        const expected = value(inputs, ...indexOf(shape, i));
        expect(Math.abs(actual - expected), `[${indexOf(shape, i)}]`).toBeLessThan(
          2e-5 * Math.max(1, Math.abs(expected)),
        );
      });
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('marks equal numbers', async () => {
    const { tf } = await load();
    const marks = tf.tidy(() => {
      const ops = createTfjsOps(tf, () => undefined);
      return ops.equal(ops.constant(Float32Array.of(-1, 0, 1, -1), [4]), -1).dataSync();
    });
    expect([...marks]).toEqual([1, 0, 0, 1]);
  });

  it('multiplies by the same numbers seen in two shapes', async () => {
    const { tf } = await load();
    tf.tidy(() => {
      const ops = createTfjsOps(tf, () => undefined);
      const right = ops.constant(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
      const ones = (n: number) => ops.constant(new Float32Array(n).fill(1), [1, n]);
      expect([...ops.matmul(ones(2), right).dataSync()]).toEqual([5, 7, 9]);
      expect([...ops.matmul(ones(3), ops.reshape(right, [3, 2])).dataSync()]).toEqual([9, 12]);
      expect([...ops.matmul(ones(2), right).dataSync()]).toEqual([5, 7, 9]);
    });
  });

  it('computes no gradient that nobody asks for', async () => {
    const { tf } = await load();
    const asked: string[] = [];
    tf.tidy(() => {
      const [x, frozen] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])] as Tensor[];
      const forward = () =>
        differentiable(
          tf,
          { x: x as Tensor, frozen: frozen as Tensor },
          () => tf.mul(x as Tensor, frozen as Tensor),
          (dy) => ({
            x: () => {
              asked.push('x');
              return tf.mul(dy, frozen as Tensor);
            },
            frozen: () => {
              asked.push('frozen');
              return tf.mul(dy, x as Tensor);
            },
          }),
        );
      tf.engine().gradients(forward, [x as Tensor], tf.ones([2]) as Tensor);
    });
    expect(asked).toEqual(['x']);
  });
});
