import type { Piece } from '../network.js';
import { convolutionMacs, type createShapes, shapesCount } from './shapes.js';
import { crop, partition, unpartition } from './windows.js';

/** Where a block stands: its stage and number, channels and the side of its map. */
export interface BlockPlace {
  readonly shapes: ReturnType<typeof createShapes>;
  readonly stage: number;
  readonly block: number;
  readonly dimension: number;
  readonly side: number;
}

const tensorPrefix = ({ stage, block }: BlockPlace) => `image_encoder.layers.${stage}.blocks.${block}`;
const pieceName = ({ stage, block }: BlockPlace, part: string) => `stage${stage}.block${block}.${part}`;

/** Window attention with its own LayerNorm inside and a residual around; gate `stage1.block0.attention`. */
export function attentionPiece(place: BlockPlace, heads: number, window: number): Piece {
  const { shapes, dimension, side } = place;
  const name = `${tensorPrefix(place)}.attn`;
  const tensors = [
    ...shapes.norm(`${name}.norm`, dimension),
    ...shapes.linear(`${name}.qkv`, 3 * dimension, dimension),
    ...shapes.linear(`${name}.proj`, dimension, dimension),
    ...shapes.plain(`${name}.attention_biases`, [heads, window * window]),
  ];
  const padded = Math.ceil(side / window) * window;
  const macs = padded * padded * (4 * dimension * dimension + 2 * window * window * dimension);
  return {
    name: pieceName(place, 'attention'),
    full: 1,
    gate: pieceName(place, 'attention'),
    tensors,
    parameterCount: (active) => (active === 0 ? 0 : shapesCount(shapes, tensors)),
    macs: (active) => (active === 0 ? 0 : macs),
    forward: (ops, x) => {
      const tokens = partition(ops, ops.pad(x, padded - side, padded - side), window);
      const qkv = ops.linear(ops.layerNorm(tokens, `${name}.norm`, 1e-5), `${name}.qkv`);
      const mixed = ops.selfAttention(qkv, {
        headChannels: dimension / heads,
        window,
        layout: 'head-qkv',
        offsetBias: `${name}.attention_biases`,
      });
      const map = unpartition(ops, ops.linear(mixed, `${name}.proj`), window, padded);
      return ops.add(x, crop(ops, map, side));
    },
  };
}

/** Depthwise 3x3 without a residual: it is never removed. */
export function localConvPiece(place: BlockPlace): Piece {
  const { shapes, dimension, side } = place;
  const name = `${tensorPrefix(place)}.local_conv.c`;
  const tensors = shapes.convolution(name, dimension, 1, 3);
  return {
    name: pieceName(place, 'localConv'),
    full: 1,
    tensors,
    parameterCount: () => shapesCount(shapes, tensors),
    macs: () => convolutionMacs(side, dimension, 1, 3),
    forward: (ops, x) => ops.depthwiseConv2d(x, name, { stride: 1, padding: 1 }),
  };
}

/** LayerNorm, linear, GELU, linear with a residual around; width `stage1.block0.mlp`. */
export function mlpPiece(place: BlockPlace, width: number): Piece {
  const { shapes, dimension, side } = place;
  const name = `${tensorPrefix(place)}.mlp`;
  const tensors = [
    ...shapes.norm(`${name}.norm`, dimension),
    ...shapes.linear(`${name}.fc1`, width, dimension),
    ...shapes.linear(`${name}.fc2`, dimension, width),
  ];
  return {
    name: pieceName(place, 'mlp'),
    full: width,
    width: pieceName(place, 'mlp'),
    hidden: { first: `${name}.fc1`, second: `${name}.fc2` },
    tensors,
    // The norm's two vectors and the second bias do not depend on the width.
    parameterCount: (active) => (active === 0 ? 0 : 3 * dimension + (2 * dimension + 1) * active),
    macs: (active) => 2 * side * side * dimension * active,
    forward: (ops, x, active) => {
      const hidden = ops.linear(ops.layerNorm(x, `${name}.norm`, 1e-5), `${name}.fc1`, { outputs: active });
      return ops.add(x, ops.linear(ops.gelu(hidden), `${name}.fc2`, { inputs: active }));
    },
  };
}
