import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import type { Ops } from '../../../src/supernet/model/ops.js';
import { type Backend, loadBackend, tryNative } from '../../../src/supernet/run-tfjs/backend.js';
import { createTfjsOps } from '../../../src/supernet/run-tfjs/ops.js';

type Shapes = { readonly [name: string]: readonly number[] };
type Operation = {
  readonly shapes: Shapes;
  readonly run: (ops: Ops<Tensor>, inputs: (name: string) => Tensor) => Tensor;
};

/** Every operation with a gradient, on shapes small enough for finite differences. */
const operations: { readonly [name: string]: Operation } = {
  'add with a leading broadcast': {
    shapes: { x: [2, 3, 4], y: [1, 3, 4] },
    run: (ops, of) => ops.add(of('x'), of('y')),
  },
  'add with a trailing broadcast': {
    shapes: { x: [2, 3, 4], y: [2, 1, 4] },
    run: (ops, of) => ops.add(of('x'), of('y')),
  },
  'add of a vector': { shapes: { x: [2, 3, 4], y: [4] }, run: (ops, of) => ops.add(of('x'), of('y')) },
  multiply: { shapes: { x: [2, 3, 4], y: [3, 1] }, run: (ops, of) => ops.multiply(of('x'), of('y')) },
  gelu: { shapes: { x: [3, 5] }, run: (ops, of) => ops.gelu(of('x')) },
  relu: { shapes: { x: [3, 5] }, run: (ops, of) => ops.relu(of('x')) },
  reshape: { shapes: { x: [2, 6] }, run: (ops, of) => ops.reshape(of('x'), [-1, 3]) },
  transpose: { shapes: { x: [2, 3, 4] }, run: (ops, of) => ops.transpose(of('x'), [2, 0, 1]) },
  concat: { shapes: { x: [2, 3], y: [2, 1] }, run: (ops, of) => ops.concat([of('x'), of('y')], 1) },
  slice: { shapes: { x: [2, 5, 2] }, run: (ops, of) => ops.slice(of('x'), 1, 1, 3) },
  pad: { shapes: { x: [1, 2, 3, 2] }, run: (ops, of) => ops.pad(of('x'), 1, 2) },
  'matmul with a matrix': { shapes: { x: [2, 3, 4], y: [4, 2] }, run: (ops, of) => ops.matmul(of('x'), of('y')) },
  'matmul of batches': { shapes: { x: [2, 3, 4], y: [2, 4, 2] }, run: (ops, of) => ops.matmul(of('x'), of('y')) },
  linear: { shapes: { x: [2, 3, 4], 'l.weight': [5, 4], 'l.bias': [5] }, run: (ops, of) => ops.linear(of('x'), 'l') },
  'linear with leading outputs': {
    shapes: { x: [2, 4], 'l.weight': [5, 4], 'l.bias': [5] },
    run: (ops, of) => ops.linear(of('x'), 'l', { outputs: 2 }),
  },
  'linear with leading inputs': {
    shapes: { x: [2, 3], 'l.weight': [5, 4], 'l.bias': [5] },
    run: (ops, of) => ops.linear(of('x'), 'l', { inputs: 3 }),
  },
  'linear without bias from a 1x1 convolution': {
    shapes: { x: [2, 4], 'l.weight': [3, 4, 1, 1] },
    run: (ops, of) => ops.linear(of('x'), 'l'),
  },
  layerNorm: {
    shapes: { x: [3, 6], 'l.weight': [6], 'l.bias': [6] },
    run: (ops, of) => ops.layerNorm(of('x'), 'l', 1e-5),
  },
  conv2d: {
    shapes: { x: [2, 4, 4, 2], 'l.weight': [3, 2, 3, 3], 'l.bias': [3] },
    run: (ops, of) => ops.conv2d(of('x'), 'l', { stride: 1, padding: 1 }),
  },
  'conv2d with stride': {
    shapes: { x: [1, 6, 6, 2], 'l.weight': [3, 2, 3, 3], 'l.bias': [3] },
    run: (ops, of) => ops.conv2d(of('x'), 'l', { stride: 2, padding: 1 }),
  },
  'conv2d that halves': {
    shapes: { x: [1, 4, 4, 1], 'l.weight': [2, 1, 2, 2], 'l.bias': [2] },
    run: (ops, of) => ops.conv2d(of('x'), 'l', { stride: 2, padding: 0 }),
  },
  depthwiseConv2d: {
    shapes: { x: [2, 4, 5, 3], 'l.weight': [3, 1, 3, 3], 'l.bias': [3] },
    run: (ops, of) => ops.depthwiseConv2d(of('x'), 'l', { stride: 1, padding: 1 }),
  },
  'depthwiseConv2d with stride': {
    shapes: { x: [1, 6, 6, 3], 'l.weight': [3, 1, 3, 3], 'l.bias': [3] },
    run: (ops, of) => ops.depthwiseConv2d(of('x'), 'l', { stride: 2, padding: 1 }),
  },
  attention: {
    shapes: { q: [2, 3, 4], k: [2, 5, 4], v: [2, 5, 6] },
    run: (ops, of) => ops.attention(of('q'), of('k'), of('v'), 2),
  },
  'attention to a shared image': {
    shapes: { q: [3, 2, 4], k: [1, 5, 4], v: [1, 5, 4] },
    run: (ops, of) => ops.attention(of('q'), of('k'), of('v'), 2),
  },
  'attention from a shared image': {
    shapes: { q: [1, 5, 4], k: [3, 2, 4], v: [3, 2, 4] },
    run: (ops, of) => ops.attention(of('q'), of('k'), of('v'), 2),
  },
  'selfAttention as in TinyViT': {
    shapes: { x: [3, 4, 12], table: [2, 4] },
    run: (ops, of) =>
      ops.selfAttention(of('x'), { headChannels: 2, window: 2, layout: 'head-qkv', offsetBias: { table: 'table' } }),
  },
  'selfAttention of leading heads': {
    shapes: { x: [3, 4, 12], table: [3, 4] },
    run: (ops, of) =>
      ops.selfAttention(of('x'), {
        headChannels: 2,
        window: 2,
        layout: 'head-qkv',
        offsetBias: { table: 'table', heads: 2 },
      }),
  },
  'selfAttention as in SAM': {
    shapes: { x: [2, 4, 12] },
    run: (ops, of) => ops.selfAttention(of('x'), { headChannels: 2, window: 2, layout: 'qkv-head' }),
  },
};

/** Values of every input, then the gradient of a fixed random weighting of the output with respect to each. */
function gradients({ tf }: Backend, { shapes, run }: Operation, values: ReadonlyMap<string, Float32Array>) {
  return tf.tidy(() => {
    const names = Object.keys(shapes);
    const tensors = names.map((name) => tf.tensor(values.get(name) as Float32Array, [...(shapes[name] ?? [])]));
    const ops = createTfjsOps(tf, (name) => tensors[names.indexOf(name)]);
    const output = () => run(ops, (name) => tensors[names.indexOf(name)] as Tensor);
    const rng = createRng('weights of the output');
    const y = output();
    const weights = tf.tensor(
      Float32Array.from({ length: y.size }, () => rng.normal()),
      y.shape,
    );
    const { grads } = tf.engine().gradients(output, tensors, weights);
    const value = tf.sum(tf.mul(y, weights)).dataSync()[0] as number;
    return { value, gradients: grads.map((gradient) => gradient.dataSync() as Float32Array), shape: y.shape };
  });
}

const draw = (shapes: Shapes) => {
  const rng = createRng('inputs', JSON.stringify(shapes));
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    ]),
  );
};

const native = await tryNative();
const backends: (() => Promise<Backend>)[] = [
  () => loadBackend('wasm'),
  ...('reason' in native ? [] : [() => loadBackend('native')]),
];

describe.each(backends)('gradients, backend %#', (load) => {
  it.each(Object.entries(operations))('%s equals finite differences', async (_, operation) => {
    const backend = await load();
    const values = draw(operation.shapes);
    const before = backend.tf.memory().numTensors;
    const analytic = gradients(backend, operation, values).gradients;
    expect(backend.tf.memory().numTensors).toBe(before);
    const step = 1e-2;
    Object.keys(operation.shapes).forEach((name, i) => {
      const at = values.get(name) as Float32Array;
      for (let k = 0; k < at.length; k += Math.max(1, Math.floor(at.length / 6))) {
        const moved = (by: number) => {
          const other = Float32Array.from(at);
          other[k] = (at[k] as number) + by;
          return gradients(backend, operation, new Map([...values, [name, other]])).value;
        };
        const difference = (moved(step) - moved(-step)) / (2 * step);
        const scale = Math.max(1, Math.abs(difference));
        expect(
          Math.abs(((analytic[i] as Float32Array)[k] as number) - difference) / scale,
          `${name}[${k}]`,
        ).toBeLessThan(5e-3);
      }
    });
  });
});

describe.skipIf('reason' in native)('wasm against native TensorFlow', () => {
  it.each(Object.entries(operations))('%s gives the same value and gradients', async (_, operation) => {
    const values = draw(operation.shapes);
    const a = gradients(await loadBackend('wasm'), operation, values);
    const b = gradients(await loadBackend('native'), operation, values);
    expect(a.shape).toEqual(b.shape);
    a.gradients.forEach((gradient, i) => {
      const other = b.gradients[i] as Float32Array;
      const largest = other.reduce((worst, value) => Math.max(worst, Math.abs(value)), 1e-3);
      gradient.forEach((value, k) => {
        expect(Math.abs(value - (other[k] as number)) / largest).toBeLessThan(1e-4);
      });
    });
  });
});
