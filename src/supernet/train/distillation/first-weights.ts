import { createRng, type Rng } from '../../../base/rng.js';
import type { Encoder, Weights } from '../../model/network.js';
import { decoderOf } from '../../model/networks/decoder.js';

/** Of matrices and position tables, as usual for vision transformers. */
const SPREAD = 0.02;
/** Standard deviations at which a normal draw is taken again. */
const CUT = 2;

/** The neck behind its first convolution: the same in all families, and it sets the scale of the embedding. */
const SHARED_NECK = /^image_encoder\.neck\.[123]\./;

/**
 * What a student begins with: matrices and positions from a truncated normal of deviation 0.02, kernels from one of 1 / sqrt(inputs),
 * norms at 1, biases and relative positions at 0. The neck behind its first convolution, the prompt encoder and the mask decoder
 * are the teacher's. A random tensor's numbers follow from the seed and its name alone.
 */
export function initialWeights(encoder: Encoder, teacher: Weights, seed: number): Weights {
  const weights = new Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>();
  for (const [name, shape] of encoder.shapes) {
    const length = shape.reduce((product, size) => product * size, 1);
    const data = new Float32Array(length);
    if (shape.length === 1) data.fill(name.endsWith('.weight') ? 1 : 0);
    else if (!name.includes('.rel_pos_')) {
      const inputs = length / (shape[0] ?? 1);
      fill(data, shape.length === 4 && name.endsWith('.weight') ? 1 / Math.sqrt(inputs) : SPREAD, rngOf(seed, name));
    }
    weights.set(name, { shape, data });
  }
  const shared = [...encoder.shapes.keys()].filter((name) => SHARED_NECK.test(name));
  return withDecoder(withTensors(weights, teacher, shared), teacher, encoder);
}

/** The weights with the prompt encoder and mask decoder of others. */
export const withDecoder = (weights: Weights, teacher: Weights, encoder: Encoder): Weights =>
  withTensors(weights, teacher, decoderOf(encoder.decoder).shapes.keys());

function withTensors(weights: Weights, others: Weights, names: Iterable<string>): Weights {
  const all = new Map(weights);
  for (const name of names) {
    const tensor = others.get(name);
    if (tensor !== undefined) all.set(name, tensor);
  }
  return all;
}

const rngOf = (seed: number, name: string): Rng => createRng(seed, 'student', name);

function fill(data: Float32Array, spread: number, rng: Rng): void {
  for (let i = 0; i < data.length; i++) {
    let draw = rng.normal();
    while (Math.abs(draw) > CUT) draw = rng.normal();
    data[i] = spread * draw;
  }
}
