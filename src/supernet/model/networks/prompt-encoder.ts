import type { Ops } from '../ops.js';
import { DECODER_CHANNELS } from './mask-heads.js';

const NAME = 'prompt_encoder';
export const GAUSSIAN_MATRIX = `${NAME}.pe_layer.positional_encoding_gaussian_matrix`;

/**
 * Sparse prompt embeddings `[prompts, points, 256]` from coordinates `[prompts, points, 2]` in input pixels and labels
 * `[prompts, points]` (see `PromptBatch`): random Fourier features of the position plus what the label stands for.
 */
export function encodePrompts<T>(ops: Ops<T>, coordinates: T, labels: T, inputSize: number): T {
  const scalar = (value: number) => ops.constant(Float32Array.of(value), [1]);
  const points = ops.shape(coordinates)[1] ?? -1;
  const kinds = ops.reshape(labels, [-1, points, 1]);
  const position = pointPositions(ops, coordinates, inputSize);
  const absent = ops.equal(kinds, -1);
  const present = ops.add(ops.multiply(absent, scalar(-1)), scalar(1));
  const meaning = (name: string, is: T) => ops.multiply(is, ops.reshape(ops.parameter(name), [1, 1, DECODER_CHANNELS]));
  return [0, 1, 2, 3].reduce(
    (sum, label) => ops.add(sum, meaning(`${NAME}.point_embeddings.${label}.weight`, ops.equal(kinds, label))),
    ops.add(ops.multiply(position, present), meaning(`${NAME}.not_a_point_embed.weight`, absent)),
  );
}

/** Random Fourier features `[prompts, points, 256]` of coordinates in input pixels. */
export function pointPositions<T>(ops: Ops<T>, coordinates: T, inputSize: number): T {
  const scalar = (value: number) => ops.constant(Float32Array.of(value), [1]);
  // Pixel centres, then [0, size] to [-1, 1].
  const unit = ops.add(ops.multiply(ops.add(coordinates, scalar(0.5)), scalar(2 / inputSize)), scalar(-1));
  const phase = ops.multiply(ops.matmul(unit, ops.parameter(GAUSSIAN_MATRIX)), scalar(2 * Math.PI));
  return ops.concat([ops.sin(phase), ops.cos(phase)], 2);
}

/** The embedding `[1, 1, 256]` that is added to every image token when no mask is given. */
export const noMaskEmbedding = <T>(ops: Ops<T>): T =>
  ops.reshape(ops.parameter(`${NAME}.no_mask_embed.weight`), [1, 1, DECODER_CHANNELS]);

/** Dense embeddings `[1, grid * grid, 256]` of a mask prompt `[1, 4 * grid, 4 * grid, 1]` of logits. */
export function encodeMask<T>(ops: Ops<T>, mask: T, grid: number): T {
  const name = `${NAME}.mask_downscaling`;
  const halve = (x: T, convolution: number) =>
    ops.gelu(
      ops.layerNorm(
        ops.conv2d(x, `${name}.${convolution}`, { stride: 2, padding: 0 }),
        `${name}.${convolution + 1}`,
        1e-6,
      ),
    );
  return ops.reshape(ops.linear(halve(halve(mask, 0), 3), `${name}.6`), [-1, grid * grid, DECODER_CHANNELS]);
}

/** Positions `[grid * grid, 256]` of the image tokens: the same Fourier features at the cells' centres. */
export function densePositions(gaussian: Float32Array, grid: number): Float32Array {
  const half = DECODER_CHANNELS / 2;
  const positions = new Float32Array(grid * grid * DECODER_CHANNELS);
  for (let y = 0; y < grid; y++) {
    for (let x = 0; x < grid; x++) {
      const row = (y * grid + x) * DECODER_CHANNELS;
      const [u, v] = [(2 * (x + 0.5)) / grid - 1, (2 * (y + 0.5)) / grid - 1];
      for (let k = 0; k < half; k++) {
        const phase = 2 * Math.PI * (u * (gaussian[k] as number) + v * (gaussian[half + k] as number));
        positions[row + k] = Math.sin(phase);
        positions[row + half + k] = Math.cos(phase);
      }
    }
  }
  return positions;
}
