import type * as Core from '@tensorflow/tfjs-core';
import type { LongRunning } from '../core/progress.js';
import { createRng } from '../core/rng.js';
import { ModelError } from '../errors.js';
import { permuteHidden } from './hidden-axis.js';
import { hiddenScores } from './hidden-scores.js';
import { inputNorms } from './input-norms.js';
import type { Model } from './model-folder.js';
import type { Encoder, Piece } from './network.js';
import type { PreparedImage } from './segmentation.js';

export const PRIORITIZATIONS = ['wanda', 'magnitude', 'random', 'none'] as const;
export type Prioritization = (typeof PRIORITIZATIONS)[number];

/**
 * The model with the hidden units of every elastic width sorted by importance, most important first, so that a subnet
 * takes the leading ones. The full network computes the same as before. `wanda` weighs absolute weights by the norms
 * of their inputs over `images`; `magnitude` takes the absolute weights alone; `random` shuffles; `none` keeps the order.
 */
export async function prioritize(
  model: Omit<Model, 'sha256'>,
  encoder: Encoder,
  images: readonly PreparedImage[],
  tf: typeof Core,
  options: { readonly kind: Prioritization; readonly seed: number },
  running: LongRunning = {},
): Promise<Omit<Model, 'sha256'>> {
  const elastic = encoder.pieces.filter((piece) => piece.hidden !== undefined);
  const norms =
    options.kind === 'wanda'
      ? await inputNorms(tf, encoder, model.weights, layersOf(elastic), calibration(images), running)
      : undefined;
  const weights = new Map(model.weights);
  for (const piece of elastic) {
    const hidden = piece.hidden!;
    const order =
      options.kind === 'random'
        ? createRng('prioritize', options.seed, piece.name).shuffle(identity(piece.full))
        : options.kind === 'none'
          ? identity(piece.full)
          : descending(hiddenScores(model.weights, hidden, norms?.get(hidden.first), norms?.get(hidden.second)));
    permuteHidden(weights, hidden, order);
  }
  return {
    description: { ...model.description, supernet: { prioritization: options.kind } },
    weights,
  };
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
