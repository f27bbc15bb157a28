import type * as Core from '@tensorflow/tfjs-core';
import type { LongRunning } from '../../base/progress.js';
import { createRng } from '../../base/rng.js';
import { ModelError } from '../../errors.js';
import type { Encoder, HiddenAxis, Piece, Weights } from '../model/network.js';
import type { PreparedImage } from '../model/segmentation.js';
import { hiddenScores } from './hidden-scores.js';
import { inputNorms } from './input-norms.js';

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
