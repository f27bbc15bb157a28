import type { Ops } from '../ops.js';
import type { DecodedMasks } from './decoder.js';

/** Channels of tokens and image embedding in every SAM decoder. */
export const DECODER_CHANNELS = 256;
/** Masks a prompt: the single mask first, then the three of the multimask output. */
export const MASK_TOKENS = 4;
/** Layers of the two-way transformer. */
export const DECODER_DEPTH = 2;
/** Hidden channels of its MLPs. */
export const DECODER_MLP = 2048;

const NAME = 'mask_decoder';

/** The IoU token and the mask tokens before every prompt's own: `[prompts, 5 + points, 256]`. */
export function outputTokens<T>(ops: Ops<T>, sparse: T): T {
  const output = ops.concat(
    [
      ops.reshape(ops.parameter(`${NAME}.iou_token.weight`), [1, 1, DECODER_CHANNELS]),
      ops.reshape(ops.parameter(`${NAME}.mask_tokens.weight`), [1, MASK_TOKENS, DECODER_CHANNELS]),
    ],
    1,
  );
  return ops.concat([forEveryPrompt(ops, output, sparse), sparse], 1);
}

/** Repeats `[1, n, 256]` for every prompt: their number may be unknown, adding zeros that have it is not. */
export function forEveryPrompt<T>(ops: Ops<T>, tokens: T, sparse: T): T {
  const zeros = ops.multiply(ops.slice(sparse, 1, 0, 1), ops.constant(Float32Array.of(0), [1]));
  return ops.add(tokens, zeros);
}

/** Masks as products of a vector a mask token (by its hyper-network) with the pixels of `upscaled`, and predicted IoUs. */
export function headsOnTokens<T>(
  ops: Ops<T>,
  tokens: T,
  upscaled: T,
  side: number,
  head: (x: T, name: string) => T,
): DecodedMasks<T> {
  const pixels = ops.transpose(ops.reshape(upscaled, [-1, side * side, DECODER_CHANNELS / 8]), [0, 2, 1]);
  const weights = Array.from({ length: MASK_TOKENS }, (_, mask) =>
    head(ops.slice(tokens, 1, 1 + mask, 1), `${NAME}.output_hypernetworks_mlps.${mask}`),
  );
  const iou = head(ops.slice(tokens, 1, 0, 1), `${NAME}.iou_prediction_head`);
  return {
    logits: ops.reshape(ops.matmul(ops.concat(weights, 1), pixels), [-1, MASK_TOKENS, side, side]),
    iouPredictions: ops.reshape(iou, [-1, MASK_TOKENS]),
  };
}
