import type * as Core from '@tensorflow/tfjs-core';
import type { LongRunning } from '../../base/progress.js';
import { createRng } from '../../base/rng.js';
import { ModelError } from '../../errors.js';
import { type Dataset, loadOrSkip } from '../data/dataset.js';
import { prepareImage } from '../data/prepare-image.js';
import type { Model } from '../model/model-folder.js';
import type { Encoder, HiddenAxis, Piece, Weights } from '../model/network.js';
import type { InputFormat, PreparedImage } from '../model/segmentation.js';
import { permuteHidden } from './hidden-axis.js';
import { inputNorms } from './input-norms.js';

/**
 * The model with the hidden units of every elastic width sorted by importance (`hiddenOrders`), most important first, so that a subnet
 * takes the leading ones. The full network computes the same as before.
 */
export async function prioritize(
  model: Omit<Model, 'sha256'>,
  encoder: Encoder,
  images: readonly PreparedImage[],
  tf: typeof Core,
  options: { readonly kind: Prioritization; readonly seed: number },
  running: LongRunning = {},
): Promise<Omit<Model, 'sha256'>> {
  const weights = new Map(model.weights);
  const orders = await hiddenOrders(model.weights, encoder, images, tf, options, running);
  for (const { hidden, order } of orders) permuteHidden(weights, hidden, order);
  return {
    description: { ...model.description, supernet: { prioritization: options.kind } },
    weights,
  };
}

export const PRIORITIZATIONS = ['wanda', 'magnitude', 'random', 'none'] as const;
export type Prioritization = (typeof PRIORITIZATIONS)[number];

export const isPrioritization = (name: string | undefined): name is Prioritization =>
  (PRIORITIZATIONS as readonly (string | undefined)[]).includes(name);

/** For every elastic width its hidden units, most important first, to be permuted so. */
export type HiddenOrders = readonly { readonly hidden: HiddenAxis; readonly order: readonly number[] }[];

/**
 * The order of importance of the hidden units of every elastic width, MLP channels and attention heads alike. `wanda` weighs absolute
 * weights by the norms of their inputs over `images`; `magnitude` takes the absolute weights alone; `random` shuffles; `none` keeps the order.
 * @throws ModelError when Wanda has no images
 */
export async function hiddenOrders(
  weights: Weights,
  encoder: Encoder,
  images: readonly PreparedImage[],
  tf: typeof Core,
  { kind, seed }: { readonly kind: Prioritization; readonly seed: number },
  running: LongRunning = {},
): Promise<HiddenOrders> {
  const elastic = encoder.pieces.filter((piece) => piece.hidden !== undefined);
  const norms =
    kind === 'wanda'
      ? await inputNorms(tf, encoder, weights, layersOf(elastic), calibration(images), running)
      : undefined;
  return elastic.map(({ name, full, hidden }) => {
    const axis = hidden as HiddenAxis;
    const order =
      kind === 'random'
        ? createRng('prioritize', seed, name).shuffle(identity(full))
        : kind === 'none'
          ? identity(full)
          : descending(hiddenScores(weights, axis, norms?.get(axis.first), norms?.get(axis.second)));
    return { hidden: axis, order };
  });
}

const identity = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Equal scores keep their order. */
const descending = (scores: Float64Array): number[] =>
  identity(scores.length).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);

const layersOf = (pieces: readonly Piece[]): Set<string> =>
  new Set(pieces.flatMap(({ hidden }) => (hidden === undefined ? [] : [hidden.first, hidden.second])));

function calibration(images: readonly PreparedImage[]): readonly PreparedImage[] {
  if (images.length > 0) return images;
  throw new ModelError('MODEL_CALIBRATION', 'Wanda needs calibration images and there are none', {
    remedy: 'give a data folder with training images, or take --kind magnitude',
  });
}

/**
 * Wanda score of every hidden unit k: (sum_j |first_kj| norm1_j + sum_i |second_ik| norm2_k) / 2, with the norms of the
 * inputs of the two layers; without norms they count as 1 (magnitude). A unit of several channels (a head) scores the sum
 * over its rows and columns. Source: the SuperSAM method, step 3.
 */
export function hiddenScores(
  weights: Weights,
  hidden: HiddenAxis,
  firstNorms?: Float64Array,
  secondNorms?: Float64Array,
): Float64Array {
  const { unit = 1, blocks = 1, rows: unitRows = unit } = hidden;
  const first = weights.get(`${hidden.first}.weight`)!;
  const second = weights.get(`${hidden.second}.weight`)!;
  const rows = first.shape[0] ?? 0;
  const units = rows / blocks / unitRows;
  const channels = units * unit;
  const scores = new Float64Array(units);
  const addTo = (index: number, amount: number) => {
    scores[index] = (scores[index] as number) + amount / 2;
  };
  const inputs = first.data.length / rows;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < inputs; j++) sum += Math.abs(first.data[row * inputs + j] as number) * (firstNorms?.[j] ?? 1);
    addTo(Math.floor((row % (units * unitRows)) / unitRows), sum);
  }
  const outputs = second.data.length / channels;
  for (let k = 0; k < channels; k++) {
    let sum = 0;
    for (let i = 0; i < outputs; i++) sum += Math.abs(second.data[i * channels + k] as number);
    addTo(Math.floor(k / unit), sum * (secondNorms?.[k] ?? 1));
  }
  return scores;
}

/** Training images that hidden units are sorted by. */
export const CALIBRATION_IMAGES = 16;

/** The first images of a data set that can be used, ready for the network. */
export async function calibrationImages(
  dataset: Dataset,
  format: InputFormat,
  most = Number.POSITIVE_INFINITY,
): Promise<PreparedImage[]> {
  const images: PreparedImage[] = [];
  for (const name of dataset.names.slice(0, most)) {
    const image = await loadOrSkip(dataset, name);
    if (image !== undefined) images.push(await prepareImage(image, format));
  }
  return images;
}
