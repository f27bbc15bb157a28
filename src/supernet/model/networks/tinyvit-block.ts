import type { Piece } from '../network.js';
import { convolutionMacs, type createShapes, crop, partition, shapesCount, unpartition } from './shapes.js';

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

export interface AttentionSizes {
  readonly heads: number;
  readonly headChannels: number;
  /** Tokens along one side. */
  readonly window: number;
}

/**
 * Window attention with its own LayerNorm inside and a residual around; gate `stage1.block0.attention`, width `stage1.block0.heads`.
 * The projection's rows hold q, k and v of one head together.
 */
export function attentionPiece(place: BlockPlace, { heads, headChannels, window }: AttentionSizes): Piece {
  const { shapes, dimension, side } = place;
  const name = `${tensorPrefix(place)}.attn`;
  const [qkv, proj, table] = [`${name}.qkv`, `${name}.proj`, `${name}.attention_biases`] as const;
  const full = heads * headChannels;
  const rows = 3 * headChannels;
  const padded = Math.ceil(side / window) * window;
  return {
    name: pieceName(place, 'attention'),
    full: heads,
    gate: pieceName(place, 'attention'),
    width: pieceName(place, 'heads'),
    hidden: { first: qkv, second: proj, unit: headChannels, rows, tables: [table] },
    tensors: [
      ...shapes.norm(`${name}.norm`, dimension),
      ...shapes.linear(qkv, 3 * full, dimension),
      ...shapes.linear(proj, dimension, full),
      ...shapes.plain(table, [heads, window * window]),
    ],
    // The norm's two vectors and the projection's bias do not depend on the heads.
    parameterCount: (active) =>
      active === 0 ? 0 : 3 * dimension + active * (headChannels * (4 * dimension + 3) + window * window),
    macs: (active) => padded * padded * (4 * dimension + 2 * window * window) * active * headChannels,
    forward: (ops, x, active) => {
      const tokens = partition(ops, ops.pad(x, padded - side, padded - side), window);
      const normal = ops.layerNorm(tokens, `${name}.norm`, 1e-5);
      const mixed = ops.selfAttention(ops.linear(normal, qkv, { outputs: active, unit: rows }), {
        headChannels,
        window,
        layout: 'head-qkv',
        offsetBias: { table, heads: active },
      });
      const projected = ops.linear(mixed, proj, { inputs: active, unit: headChannels });
      return ops.add(x, crop(ops, unpartition(ops, projected, window, padded), side));
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
