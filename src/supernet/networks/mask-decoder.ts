import type { Ops } from '../ops.js';
import { DECODER_CHANNELS, MASK_TOKENS } from './sam-decoder.js';
import { twoWayTransformer } from './two-way-transformer.js';

const NAME = 'mask_decoder';

export interface DecodedMasks<T> {
  /** `[prompts, 4, 4 * grid, 4 * grid]`: the single mask, then the three of the multimask output. */
  readonly logits: T;
  /** `[prompts, 4]`: predicted IoU of each. */
  readonly iouPredictions: T;
}

/**
 * SAM's mask decoder. `image` is the embedding with its dense prompt added and `positions` that of its cells, both
 * `[1, grid * grid, 256]`; `sparse` the prompts' embeddings `[prompts, points, 256]`.
 */
export function decodeMasks<T>(ops: Ops<T>, image: T, positions: T, sparse: T, grid: number): DecodedMasks<T> {
  const c = DECODER_CHANNELS;
  const output = ops.concat(
    [
      ops.reshape(ops.parameter(`${NAME}.iou_token.weight`), [1, 1, c]),
      ops.reshape(ops.parameter(`${NAME}.mask_tokens.weight`), [1, MASK_TOKENS, c]),
    ],
    1,
  );
  // Repeats the output tokens for every prompt: the number of prompts may be unknown, adding zeros that have it is not.
  const zeros = ops.multiply(ops.slice(sparse, 1, 0, 1), ops.constant(Float32Array.of(0), [1]));
  const prompts = ops.concat([ops.add(output, zeros), sparse], 1);
  const [tokens, keys] = twoWayTransformer(ops, image, positions, prompts);

  const map = ops.reshape(keys, [-1, grid, grid, c]);
  const wide = ops.convTranspose2d(map, `${NAME}.output_upscaling.0`);
  const half = ops.gelu(ops.layerNorm(wide, `${NAME}.output_upscaling.1`, 1e-6));
  const upscaled = ops.gelu(ops.convTranspose2d(half, `${NAME}.output_upscaling.3`));
  const side = 4 * grid;
  const pixels = ops.transpose(ops.reshape(upscaled, [-1, side * side, c / 8]), [0, 2, 1]);

  const weights = Array.from({ length: MASK_TOKENS }, (_, mask) =>
    head(ops, ops.slice(tokens, 1, 1 + mask, 1), `${NAME}.output_hypernetworks_mlps.${mask}`),
  );
  return {
    logits: ops.reshape(ops.matmul(ops.concat(weights, 1), pixels), [-1, MASK_TOKENS, side, side]),
    iouPredictions: ops.reshape(head(ops, ops.slice(tokens, 1, 0, 1), `${NAME}.iou_prediction_head`), [
      -1,
      MASK_TOKENS,
    ]),
  };
}

/** Three linear layers with ReLU between. */
function head<T>(ops: Ops<T>, x: T, name: string): T {
  const hidden = ops.relu(ops.linear(x, `${name}.layers.0`));
  return ops.linear(ops.relu(ops.linear(hidden, `${name}.layers.1`)), `${name}.layers.2`);
}
