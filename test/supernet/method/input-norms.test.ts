import { expect, it } from 'vitest';
import { inputNorms } from '../../../src/supernet/method/input-norms.js';
import type { Encoder, Piece } from '../../../src/supernet/model/network.js';
import { loadBackend } from '../../../src/supernet/run-tfjs/backend.js';

it('holds the tensors of one piece at a time and leaves none', async () => {
  const { tf } = await loadBackend('wasm');
  const held: number[] = [];
  const piece = (name: string): Piece => ({
    name,
    full: 1,
    tensors: [],
    parameterCount: () => 0,
    macs: () => 0,
    forward: (ops, x) => {
      held.push(tf.memory().numTensors);
      return ops.relu(ops.gelu(ops.relu(x)));
    },
  });
  const pieces = ['first', 'second', 'third', 'fourth'].map(piece);
  const encoder: Encoder = {
    ...{ family: 'test', inputSize: 1, grid: 1, channels: 1, stemLength: 0, decoder: 'sam' },
    ...{ pieces, shapes: new Map() },
  };
  const image = {
    ...{ name: '', originalWidth: 1, originalHeight: 1, inputSize: 1, contentWidth: 1, contentHeight: 1 },
    pixels: Float32Array.of(1, 2, 3),
  };
  const before = tf.memory().numTensors;
  await inputNorms(tf, encoder, new Map(), new Set(), [image], {});
  expect(held).toEqual(held.map(() => before + 1));
  expect(tf.memory().numTensors).toBe(before);
});

it('norms of the inputs of two layers equal those worked out by hand', async () => {
  const { tf } = await loadBackend('wasm');
  const piece: Piece = {
    name: 'mlp',
    full: 2,
    tensors: [],
    parameterCount: () => 0,
    macs: () => 0,
    forward: (ops, x) => ops.linear(ops.relu(ops.linear(x, 'a')), 'b'),
  };
  const encoder: Encoder = {
    family: 'test',
    inputSize: 1,
    grid: 1,
    channels: 1,
    pieces: [piece],
    stemLength: 0,
    decoder: 'sam',
    shapes: new Map(),
  };
  const weights = new Map([
    ['a.weight', { shape: [2, 3], data: Float32Array.of(1, 0, 0, 0, -1, 1) }],
    ['b.weight', { shape: [1, 2], data: Float32Array.of(1, 1) }],
  ]);
  const images = [
    [3, 1, 2],
    [4, 2, 0],
  ].map((pixels) => ({
    name: '',
    originalWidth: 1,
    originalHeight: 1,
    inputSize: 1,
    contentWidth: 1,
    contentHeight: 1,
    pixels: Float32Array.from(pixels),
  }));
  // Hidden activations: (3, 2 - 1 = 1) and (4, relu(0 - 2) = 0).
  const norms = await inputNorms(tf, encoder, weights, new Set(['a', 'b']), images, {});
  expect([...(norms.get('a') ?? [])]).toEqual([5, Math.sqrt(5), 2]);
  expect([...(norms.get('b') ?? [])]).toEqual([5, 1]);
});
