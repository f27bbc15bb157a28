import { createRng, type Rng } from '../../../base/rng.js';
import type { Encoder, Weights } from '../../model/network.js';
import { decoderOf } from '../../model/networks/decoder.js';

/** Of matrices, as usual for vision transformers. */
const SPREAD = 0.02;
/** Standard deviations at which a normal draw is taken again. */
const CUT = 2;

/** The neck behind its first convolution: the same in all families, and it sets the scale of the embedding. */
const SHARED_NECK = /^image_encoder\.neck\.[123]\./;
const POSITIONS = 'image_encoder.pos_embed';
const ATTENTION = /\.attn\.qkv\.weight$/;

/** Longest wave of a position is this times 2 pi cells. */
const LONGEST = 10_000;
/** How much longer queries are than a normal of 1 / sqrt(inputs) makes them; chosen by 100 steps each of 1, 1.5 and 2.5. */
const QUERY_SCALE = 1.5;
/** What of its own value a token loses where it attends to itself. */
const SUBTRACTED = 0.4;

type Tensor = { readonly shape: readonly number[]; readonly data: Float32Array };

/**
 * What a student begins with: kernels from a normal of deviation 1 / sqrt(inputs) and MLPs from one of 0.02, both cut at two
 * deviations, norms at 1, biases and relative positions at 0; positions as waves, and attention as trained transformers have it.
 * The neck behind its first convolution, the prompt encoder and the mask decoder are the teacher's. A random tensor's numbers
 * follow from the seed and its name alone.
 */
export function initialWeights(encoder: Encoder, teacher: Weights, seed: number): Weights {
  const weights = new Map<string, Tensor>();
  for (const [name, shape] of encoder.shapes) weights.set(name, { shape, data: firstValues(name, shape, seed) });
  for (const [name, { shape, data }] of weights) if (ATTENTION.test(name)) attend(data, shape, weights, name);
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

function firstValues(name: string, shape: readonly number[], seed: number): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  if (name === POSITIONS) return waves(length, shape.at(-1) ?? 1);
  const data = new Float32Array(length);
  if (shape.length === 1) return data.fill(name.endsWith('.weight') ? 1 : 0);
  if (name.includes('.rel_pos_')) return data;
  const inputs = length / (shape[0] ?? 1);
  const isScaled = shape.length === 4 || ATTENTION.test(name);
  return fill(data, isScaled ? 1 / Math.sqrt(inputs) : SPREAD, createRng(seed, 'student', name));
}

function fill(data: Float32Array, spread: number, rng: Rng): Float32Array {
  for (let i = 0; i < data.length; i++) {
    let draw = rng.normal();
    while (Math.abs(draw) > CUT) draw = rng.normal();
    data[i] = spread * draw;
  }
  return data;
}

/**
 * Sines and cosines of row and column, a quarter of the channels each (Vaswani et al., 2017, in two dimensions as in He et al.,
 * "Masked autoencoders", 2022): cells that lie near each other have positions that are alike. The entry of a class token stays 0.
 */
function waves(length: number, channels: number): Float32Array {
  const data = new Float32Array(length);
  const entries = length / channels;
  const side = Math.floor(Math.sqrt(entries));
  const quarter = Math.floor(channels / 4);
  for (let cell = 0; cell < side * side; cell++) {
    const at = (entries - side * side + cell) * channels;
    for (let wave = 0; wave < quarter; wave++) {
      const frequency = LONGEST ** (-wave / quarter);
      const [row, column] = [Math.floor(cell / side) * frequency, (cell % side) * frequency];
      [Math.sin(row), Math.cos(row), Math.sin(column), Math.cos(column)].forEach((value, part) => {
        data[at + part * quarter + wave] = value;
      });
    }
  }
  return data;
}

/**
 * Attention that begins as it ends up in trained transformers (Trockman and Kolter, "Mimetic initialization of self-attention
 * layers", ICML 2023): queries and keys are alike, so that a token looks at what resembles it and at what is near; value and
 * projection together take some of what was found away. Their factorisation is not repeated: keys are half the query and half
 * noise by variance, the projection is the values' transpose times -0.4.
 * @param qkv `[3 * heads * headChannels, channels]` of a normal, changed in place
 */
function attend(qkv: Float32Array, shape: readonly number[], weights: Map<string, Tensor>, name: string): void {
  const [rows = 0, channels = 0] = shape;
  const inner = rows / 3;
  const part = inner * channels;
  for (let i = 0; i < part; i++) {
    const query = qkv[i] as number;
    qkv[i] = QUERY_SCALE * query;
    qkv[part + i] = Math.SQRT1_2 * (query + (qkv[part + i] as number));
  }
  const projection = new Float32Array(part);
  for (let i = 0; i < inner; i++) {
    for (let j = 0; j < channels; j++)
      projection[j * inner + i] = -SUBTRACTED * (qkv[2 * part + i * channels + j] as number);
  }
  weights.set(name.replace('.qkv.', '.proj.'), { shape: [channels, inner], data: projection });
}
