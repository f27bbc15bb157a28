import { permuteHidden } from '../method/hidden-axis.js';
import { CALIBRATION_IMAGES, calibrationImages, hiddenOrders, type Prioritization } from '../method/prioritize.js';
import { inputFormat } from '../model/description.js';
import type { Encoder } from '../model/network.js';
import type { Moments } from './adamw.js';
import { tensorBackend } from './backend.js';
import { type FlatParameters, unflattenParameters } from './flat-parameters.js';
import type { TrainingOptions } from './training-options.js';

type DueOptions = Pick<TrainingOptions, 'prioritizeEvery' | 'batch' | 'accumulate' | 'dataset'>;

/** Whether as many epochs as `prioritizeEvery` says have gone by once more when `step` begins. */
export function isReorderingDue({ prioritizeEvery, batch, accumulate, dataset }: DueOptions, step: number): boolean {
  if (prioritizeEvery === 0 || step < 2) return false;
  const period = prioritizeEvery * dataset.names.length;
  const periods = (steps: number) => Math.floor((steps * batch * accumulate) / period);
  return periods(step - 1) > periods(step - 2);
}

/**
 * Sorts the hidden units of the network in training anew by the measure that the model was prioritised with, the optimiser's moments along
 * with the weights. The full network computes the same as before; what smaller subnets take may change.
 */
export async function reprioritize(
  options: TrainingOptions,
  encoder: Encoder,
  flat: FlatParameters,
  moments: Moments,
  step: number,
): Promise<void> {
  const { model, backend, dataset, inputSize } = options;
  const kind = model.description.supernet?.prioritization as Prioritization;
  const images =
    kind === 'wanda'
      ? await calibrationImages(dataset, inputFormat(model.description, inputSize), CALIBRATION_IMAGES)
      : [];
  const weights = unflattenParameters(model.weights, flat);
  const seed = options.seed + step;
  const { tf } = await tensorBackend(backend);
  const orders = await hiddenOrders(weights, encoder, images, tf, { kind, seed });
  const slots = new Set(flat.slots.map(({ name }) => name));
  const trained = orders.filter(({ hidden }) => slots.has(`${hidden.first}.weight`));
  for (const values of [flat.values, moments.first, moments.second]) {
    const tensors = new Map(unflattenParameters(new Map(), { slots: flat.slots, values }));
    for (const { hidden, order } of trained) permuteHidden(tensors, hidden, order);
    for (const { name, offset } of flat.slots) values.set(tensors.get(name)?.data ?? [], offset);
  }
}
