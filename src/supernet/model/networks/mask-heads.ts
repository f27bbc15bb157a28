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

/**
 * The transposed convolution with kernel 2 and stride 2 of a map's tokens `[p, n, c]`: every token becomes the four of a square, row by row,
 * `[p, 4n, outputs]`. What follows acts on tokens alone, so they are put in the order of a map at the very end.
 */
export function spread<T>(ops: Ops<T>, x: T, layer: string): T {
  const [, n = 0, c = 0] = ops.shape(x);
  const weight = ops.parameter(`${layer}.weight`);
  const outputs = ops.shape(weight)[1] ?? 0;
  const matrix = ops.reshape(ops.transpose(weight, [0, 2, 3, 1]), [c, 4 * outputs]);
  const bias = ops.parameter(`${layer}.bias`);
  const squares = ops.add(ops.matmul(ops.reshape(x, [-1, c]), matrix), ops.concat([bias, bias, bias, bias], 0));
  return ops.reshape(squares, [-1, 4 * n, outputs]);
}

/**
 * Masks as products of a vector a mask token (by its hyper-network) with the pixels of `upscaled` `[p, 16 * grid * grid, 32]`, whose order two
 * calls of `spread` have made, and predicted IoUs.
 */
export function headsOnTokens<T>(
  ops: Ops<T>,
  tokens: T,
  upscaled: T,
  grid: number,
  head: (x: T, name: string) => T,
): DecodedMasks<T> {
  const weights = Array.from({ length: MASK_TOKENS }, (_, mask) =>
    head(ops.slice(tokens, 1, 1 + mask, 1), `${NAME}.output_hypernetworks_mlps.${mask}`),
  );
  const iou = head(ops.slice(tokens, 1, 0, 1), `${NAME}.iou_prediction_head`);
  const products = ops.matmul(ops.concat(weights, 1), ops.transpose(upscaled, [0, 2, 1]));
  // Cells of squares of squares: rows of the two squares together, then columns, then rows and columns with the cells'.
  const within = ops.transpose(ops.reshape(products, [-1, 2, 2, 2, 2]), [0, 1, 3, 2, 4]);
  const rows = ops.transpose(ops.reshape(within, [-1, grid, 4, 4]), [0, 2, 1, 3]);
  return {
    logits: ops.reshape(rows, [-1, MASK_TOKENS, 4 * grid, 4 * grid]),
    iouPredictions: ops.reshape(iou, [-1, MASK_TOKENS]),
  };
}
