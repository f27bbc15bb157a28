import type * as Core from '@tensorflow/tfjs-core';
import type { LongRunning } from '../../base/progress.js';
import type { Model } from '../model/model-folder.js';
import type { Encoder } from '../model/network.js';
import type { PreparedImage } from '../model/segmentation.js';
import { permuteHidden } from './hidden-axis.js';
import { hiddenOrders, type Prioritization } from './hidden-orders.js';

export { PRIORITIZATIONS, type Prioritization } from './hidden-orders.js';

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
