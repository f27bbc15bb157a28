import type { Rng } from '../../base/rng.js';
import type { LabelledImage } from '../data/labelled-image.js';
import { colour } from './augmentations/colour.js';
import { crop } from './augmentations/crop.js';
import { flip } from './augmentations/flip.js';
import { scale } from './augmentations/scale.js';

export const augmentationKinds = ['flip', 'crop', 'scale', 'colour'] as const;
export type Augmentation = (typeof augmentationKinds)[number];

/**
 * The image changed at random by each of `kinds`, always in the order flip, crop, scale, colour; its objects move along.
 * @param fill colour beside a picture made smaller: the network's mean, which it sees as nothing
 */
export function augment(
  image: LabelledImage,
  rng: Rng,
  kinds: readonly Augmentation[],
  fill: readonly number[],
): LabelledImage {
  return augmentationKinds
    .filter((kind) => kinds.includes(kind))
    .reduce((changed, kind) => CHANGES[kind](changed, rng, fill), image);
}

const CHANGES: { readonly [kind in Augmentation]: typeof scale } = { flip, crop, scale, colour };
