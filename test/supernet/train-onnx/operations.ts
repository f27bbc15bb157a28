import type { Ops } from '../../../src/supernet/model/ops.js';

export type Shapes = { readonly [name: string]: readonly number[] };

export interface Operation {
  readonly shapes: Shapes;
  readonly run: <T>(ops: Ops<T>, inputs: (name: string) => T) => T;
}

/** Every operation with a gradient, on shapes small enough for finite differences. */
export const operations: { readonly [name: string]: Operation } = {
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
  'selfAttention of whole windows': {
    shapes: { x: [1, 9, 6], table: [1, 9] },
    run: (ops, of) =>
      ops.selfAttention(of('x'), { headChannels: 2, window: 3, layout: 'head-qkv', offsetBias: { table: 'table' } }),
  },
  'selfAttention with relative positions': {
    shapes: { x: [2, 4, 12], rows: [4, 2], columns: [4, 2] },
    run: (ops, of) =>
      ops.selfAttention(of('x'), {
        ...{ headChannels: 2, window: 2, layout: 'qkv-head' },
        relativePosition: { rows: of('rows'), columns: of('columns') },
      }),
  },
  'conv2d over patches': {
    shapes: { x: [2, 4, 6, 2], 'l.weight': [3, 2, 2, 2], 'l.bias': [3] },
    run: (ops, of) => ops.conv2d(of('x'), 'l', { stride: 2, padding: 0 }),
  },
  'linear with leading outputs of blocks': {
    shapes: { x: [2, 4], 'l.weight': [12, 4], 'l.bias': [12] },
    run: (ops, of) => ops.linear(of('x'), 'l', { outputs: 1, unit: 2, blocks: 3 }),
  },
  'linear with leading inputs of units': {
    shapes: { x: [2, 2, 4], 'l.weight': [5, 6], 'l.bias': [5] },
    run: (ops, of) => ops.linear(of('x'), 'l', { inputs: 2, unit: 2 }),
  },
  groupNorm: {
    shapes: { x: [2, 2, 3, 4], 'l.weight': [4], 'l.bias': [4] },
    run: (ops, of) => ops.groupNorm(of('x'), 'l', 1e-5),
  },
  'matmul with a transposed factor': {
    shapes: { x: [2, 3, 4], y: [2, 5, 4] },
    run: (ops, of) => ops.matmul(of('x'), ops.transpose(of('y'), [0, 2, 1])),
  },
  'a tensor that is used twice in other shapes': {
    shapes: { x: [2, 6], y: [3, 4] },
    run: (ops, of) =>
      ops.add(ops.multiply(ops.reshape(of('x'), [3, 4]), of('y')), ops.reshape(ops.gelu(of('x')), [3, 4])),
  },
};
