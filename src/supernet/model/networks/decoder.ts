import type { Ops } from '../ops.js';
import { efficientSamDecoder } from './efficientsam-decoder.js';
import { samDecoder } from './sam-decoder.js';

export type DecoderKind = 'sam' | 'efficientsam';

export interface DecodedMasks<T> {
  /** `[prompts, 4, 4 * grid, 4 * grid]`: the single mask, then the three of the multimask output. */
  readonly logits: T;
  /** `[prompts, 4]`: predicted IoU of each. */
  readonly iouPredictions: T;
}

/** Prompt encoder and mask decoder of a published family. Tensors are named as in its original. */
export interface Decoder {
  /** Shapes of every tensor under its original name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /**
   * Sparse prompt embeddings `[prompts, tokens, 256]` from coordinates `[prompts, points, 2]` in input pixels and labels
   * `[prompts, points]` (see `PromptBatch`).
   */
  encodePrompts<T>(ops: Ops<T>, coordinates: T, labels: T, inputSize: number): T;
  /** What is added to every image token when no mask is given, `[1, 1, 256]`; undefined for nothing. */
  noMask<T>(ops: Ops<T>): T | undefined;
  /**
   * Dense embeddings `[1, grid * grid, 256]` of a mask prompt `[1, 4 * grid, 4 * grid, 1]` of logits. Absent where the
   * network takes no masks.
   */
  readonly encodeMask?: <T>(ops: Ops<T>, mask: T, grid: number) => T;
  /**
   * Masks from the embedding with its dense prompt added and the positions of its cells, both `[1, grid * grid, 256]`, and
   * the sparse prompts `[prompts, tokens, 256]`.
   */
  decodeMasks<T>(ops: Ops<T>, image: T, positions: T, sparse: T, grid: number): DecodedMasks<T>;
}

const decoders: { readonly [Kind in DecoderKind]: Decoder } = { sam: samDecoder, efficientsam: efficientSamDecoder };

export const decoderOf = (kind: DecoderKind): Decoder => decoders[kind];
