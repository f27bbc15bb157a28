import { ModelError } from '../../../errors.js';
import { createEncoder, type NetworkDescription } from '../../model/description.js';
import type { EncoderSpec } from '../../model/encoder-families.js';

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
