import type { Subnet } from './network.js';

/** How images are brought to a network's input. */
export interface InputFormat {
  /** Pixels along one side of the square input. */
  readonly inputSize: number;
  /** RGB mean and standard deviation in 0..255. */
  readonly pixelMean: readonly number[];
  readonly pixelStd: readonly number[];
  /** `pad` (when absent): the long side fits the input, zeros fill the rest. `squash`: the image fills the square. */
  readonly resize?: 'pad' | 'squash' | undefined;
}

/** Width and height after the long side is brought to `inputSize`, rounded as SAM rounds; a narrow side keeps one pixel. */
export function contentSize(width: number, height: number, inputSize: number): [number, number] {
  const scale = inputSize / Math.max(width, height);
  return [Math.max(1, Math.floor(width * scale + 0.5)), Math.max(1, Math.floor(height * scale + 0.5))];
}

/** An image as the network sees it: resized by its long side, normalised, padded at the bottom and right with zeros. */
export interface PreparedImage {
  readonly name: string;
  readonly originalWidth: number;
  readonly originalHeight: number;
  readonly inputSize: number;
  /** Pixels of the input that show the image; the rest is padding. */
  readonly contentWidth: number;
  readonly contentHeight: number;
  /** `[inputSize, inputSize, 3]`, RGB, normalised with the network's mean and standard deviation. */
  readonly pixels: Float32Array;
}

/**
 * Prompts for one image, one row each, as SAM's prompt encoder takes them: coordinates `[prompts, points, 2]` (x, y)
 * in input pixels, labels `[prompts, points]` with 1 foreground, 0 background, 2 and 3 a box's first and second corner,
 * -1 no point.
 */
export interface PromptBatch {
  readonly count: number;
  readonly points: number;
  readonly coordinates: Float32Array;
  readonly labels: Float32Array;
}

/** Image embedding `[grid, grid, channels]` of one image. */
export interface Embedding {
  readonly grid: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** For every prompt the four masks (0 the single mask, 1..3 the multimask ones) at a quarter of the input size. */
export interface MaskPrediction {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** `[count, 4, height, width]` logits; the mask threshold is 0. */
  readonly logits: Float32Array;
  /** `[count, 4]` predicted IoU. */
  readonly iouPredictions: Float32Array;
}

/** Segments of encoders: how many were asked for, and how many had to run since no earlier subnet of the same image left them behind. */
export interface SegmentCounts {
  readonly asked: number;
  readonly ran: number;
}

/** A network that can be measured. Embeddings of one subnet may be computed in any order; numbers never depend on it. */
export interface Segmenter {
  readonly inputSize: number;
  /** Images that it works on at once; more calls than that wait. */
  readonly workers: number;
  embed(images: readonly Pick<PreparedImage, 'name' | 'pixels'>[], subnet: Subnet): Promise<Embedding[]>;
  decode(embedding: Embedding, prompts: PromptBatch): Promise<MaskPrediction>;
  statistics(): SegmentCounts;
  close(): Promise<void>;
}
