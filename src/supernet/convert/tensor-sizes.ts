import { ModelError } from '../../errors.js';
import type { StoredTensors } from '../formats/tensor-file.js';
import { createEncoder, type NetworkDescription } from '../model/description.js';
import type { EncoderSpec } from '../model/encoder-families.js';

/** The shape of a tensor from which the network's sizes follow. Throws `ModelError` without it or with other axes. */
export function shapeOf(tensors: StoredTensors, name: string, axes: number): readonly number[] {
  const shape = tensors.get(name)?.shape;
  if (shape?.length === axes) return shape;
  const what = shape === undefined ? 'is missing' : `is [${shape}], should have ${axes} axes`;
  throw new ModelError('MODEL_TENSORS', `the tensor ${name}, from which the sizes follow, ${what}`, {
    remedy: 'give the whole checkpoint as its authors publish it',
  });
}

/** How many numbers, counted from 0 without a gap, stand in names between a prefix and a dot. */
export function countNumbered(tensors: StoredTensors, prefix: string): number {
  const found = new Set<number>();
  for (const name of tensors.keys()) {
    const rest = name.startsWith(prefix) ? /^(\d+)\./.exec(name.slice(prefix.length)) : null;
    if (rest !== null) found.add(Number(rest[1]));
  }
  let count = 0;
  while (found.has(count)) count++;
  return count;
}

type Vit = Exclude<EncoderSpec, { family: 'tinyvit' }>;

/**
 * The network's plain vision transformer, if the original class can hold it: it has one MLP width for all layers and as
 * many channels in its heads as in a token. Throws `ModelError` for another family or decoder, or a cut network.
 */
export function checkUniform<Family extends Vit['family']>(
  description: NetworkDescription,
  family: Family,
  origin: string,
): Extract<Vit, { family: Family }> {
  const { encoder } = description;
  if (encoder.family !== family) throw unfit(`${origin} has no ${encoder.family} encoder`);
  // A distilled student has its teacher's decoder.
  const { decoder } = createEncoder(description);
  const published = createEncoder({ ...description, decoder: undefined }).decoder;
  if (decoder !== published) throw unfit(`${origin} has no ${decoder} decoder`);
  const vit = encoder as Extract<Vit, { family: Family }>;
  const { channels, headChannels, layers } = vit as Vit;
  const uneven = (layers as readonly Vit['layers'][number][]).findIndex(
    ({ heads, mlpWidth }) => heads * headChannels !== channels || mlpWidth !== layers[0]?.mlpWidth,
  );
  if (uneven >= 0) throw unfit(`${origin} has one width for all layers, and layer ${uneven} has another one`);
  return vit;
}

export const unfit = (reason: string): ModelError =>
  new ModelError('MODEL_LAYOUT', `the network does not fit: ${reason}`, {
    remedy: 'export a cut network as ONNX with `supersam extract`, which every runtime loads',
  });
