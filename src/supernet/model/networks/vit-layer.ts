import type { Piece } from '../network.js';
import { relativePositions } from './positions.js';
import { type createShapes, crop, partition, shapesCount, unpartition } from './shapes.js';

/** Where a layer stands: its number, the channels of a token and the side of the map. */
export interface LayerPlace {
  readonly shapes: ReturnType<typeof createShapes>;
  readonly layer: number;
  readonly channels: number;
  readonly side: number;
}

export interface AttentionSizes {
  readonly heads: number;
  readonly headChannels: number;
  /** Tokens along one side; 0 attends over the whole map. */
  readonly window: number;
  /** Rows of the two relative-position tables; 0 for none. */
  readonly relativeRows: number;
}

const EPSILON = 1e-6;
const tensorPrefix = ({ layer }: LayerPlace) => `image_encoder.blocks.${layer}`;

/**
 * LayerNorm, attention in windows, projection; residual. Gate `layer0` (which closes the whole layer), width `layer0.heads`.
 * Maps are padded to whole windows after the norm, and padding takes part in the attention, as in SAM.
 */
export function attentionPiece(place: LayerPlace, sizes: AttentionSizes): Piece {
  const { shapes, layer, channels, side } = place;
  const { heads, headChannels, relativeRows } = sizes;
  const name = `${tensorPrefix(place)}.attn`;
  const norm = `${tensorPrefix(place)}.norm1`;
  const relative = relativeRows === 0 ? [] : ['rel_pos_h', 'rel_pos_w'].map((table) => `${name}.${table}`);
  const full = heads * headChannels;
  const fixed = [
    ...shapes.norm(norm, channels),
    ...relative.flatMap((table) => shapes.plain(table, [relativeRows, headChannels])),
  ];
  const tensors = [
    ...fixed,
    ...shapes.linear(`${name}.qkv`, 3 * full, channels),
    ...shapes.linear(`${name}.proj`, channels, full),
  ];
  const window = sizes.window === 0 ? side : sizes.window;
  const padded = Math.ceil(side / window) * window;
  // Projections, scores and mixing, relative positions: each a channel of the active heads and a token.
  const perChannel = 4 * channels + 2 * window * window + (relativeRows === 0 ? 0 : 2 * window);
  return {
    name: `layer${layer}.attention`,
    full: heads,
    gate: `layer${layer}`,
    width: `layer${layer}.heads`,
    hidden: { first: `${name}.qkv`, second: `${name}.proj`, unit: headChannels, blocks: 3 },
    tensors,
    parameterCount: (active) =>
      active === 0 ? 0 : shapesCount(shapes, fixed) + channels + active * headChannels * (4 * channels + 3),
    macs: (active) => padded * padded * perChannel * active * headChannels,
    forward: (ops, x, active) => {
      const normal = ops.pad(ops.layerNorm(x, norm, EPSILON), padded - side, padded - side);
      const tokens = partition(ops, normal, window);
      const qkv = ops.linear(tokens, `${name}.qkv`, { outputs: active, unit: headChannels, blocks: 3 });
      const [rows, columns] = relative.map((table) => relativePositions(ops, ops.parameter(table), window));
      const mixed = ops.selfAttention(qkv, {
        headChannels,
        window,
        layout: 'qkv-head',
        ...(rows !== undefined && columns !== undefined && { relativePosition: { rows, columns } }),
      });
      const projected = ops.linear(mixed, `${name}.proj`, { inputs: active, unit: headChannels });
      return ops.add(x, crop(ops, unpartition(ops, projected, window, padded), side));
    },
  };
}

/** LayerNorm, linear, GELU, linear; residual. Gate `layer0` (which closes the whole layer), width `layer0.mlp`. */
export function mlpPiece(place: LayerPlace, width: number, linears: readonly [string, string]): Piece {
  const { shapes, layer, channels, side } = place;
  const norm = `${tensorPrefix(place)}.norm2`;
  const [first, second] = [
    `${tensorPrefix(place)}.mlp.${linears[0]}`,
    `${tensorPrefix(place)}.mlp.${linears[1]}`,
  ] as const;
  return {
    name: `layer${layer}.mlp`,
    full: width,
    gate: `layer${layer}`,
    width: `layer${layer}.mlp`,
    hidden: { first, second },
    tensors: [
      ...shapes.norm(norm, channels),
      ...shapes.linear(first, width, channels),
      ...shapes.linear(second, channels, width),
    ],
    // The norm's two vectors and the second bias do not depend on the width.
    parameterCount: (active) => (active === 0 ? 0 : 3 * channels + (2 * channels + 1) * active),
    macs: (active) => 2 * side * side * channels * active,
    forward: (ops, x, active) => {
      const hidden = ops.linear(ops.layerNorm(x, norm, EPSILON), first, { outputs: active });
      return ops.add(x, ops.linear(ops.gelu(hidden), second, { inputs: active }));
    },
  };
}
