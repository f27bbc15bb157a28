import type { InputFormat, PreparedImage, PromptBatch } from '../model/segmentation.js';

/** A network with its weights in it, as predicting needs it: made of a model folder's weights or of two ONNX files. */
export interface PromptNetwork<I = unknown, E = unknown> {
  readonly name: string;
  /** Bytes of the encoder's and the decoder's weights, as they are stored. */
  readonly bytes: { readonly encoder: number; readonly decoder: number };
  /** How images are brought to it; prompts are in pixels of that input. */
  readonly format: InputFormat;
  /** Prompts that may be decoded at once without gigabytes of activations. */
  readonly promptsAtOnce: number;
  /** The image laid out as the encoder's graph takes it. */
  input(image: PreparedImage): I;
  embed(input: I): Promise<E>;
  decode(embedding: E, prompts: PromptBatch): Promise<LowMasks>;
  close(): Promise<void>;
}

/** Logits of masks before they are brought to the image's size. */
export interface LowMasks {
  /** Of every prompt: four (0 the single mask, 1 to 3 those of the multimask output), or the one that the file chose. */
  readonly perPrompt: number;
  /** Pixels along one side of a mask, which shows the whole input. */
  readonly side: number;
  /** `[prompts, perPrompt, side, side]`; the mask threshold is 0. */
  readonly logits: Float32Array;
  /** `[prompts, perPrompt]`. */
  readonly iouPredictions: Float32Array;
}
