import { createRng } from '../../base/rng.js';
import { DataError } from '../../errors.js';
import { type Dataset, loadOrSkip } from '../data/dataset.js';
import { isInside, type LabelledImage, type LabelledObject } from '../data/labelled-image.js';
import { prepareImage } from '../data/prepare-image.js';
import { createPrompts } from '../data/prompts.js';
import type { InputFormat, PreparedImage, PromptBatch } from '../model/segmentation.js';
import { type Augmentation, augment } from './augment.js';

/** One image of a batch with what its subnets are asked and should answer. */
export interface TrainingExample {
  readonly name: string;
  readonly pixels: Float32Array;
  readonly prompts: PromptBatch;
  /** `[prompts, side, side]` at a quarter of the input size, 0 or 1. */
  readonly targets: Uint8Array;
}

export const MAX_OBJECTS = 6;
const MIN_AREA = 16;

/**
 * The `position`-th example of a step, drawn afresh for every step from (seed, step, position) alone: an image in the
 * epoch's shuffled order (one without objects gives way to the next), augmented at random, up to six of its
 * objects, half by box and half by point as evaluation asks for them, so that training and scoring see boxes alike.
 * @throws DataError when no image has an object
 */
export async function drawExample(
  dataset: Dataset,
  format: InputFormat,
  seed: number,
  step: number,
  batch: number,
  position: number,
  augmentations: readonly Augmentation[] = ['flip'],
): Promise<TrainingExample> {
  const index = (step - 1) * batch + position;
  const rng = createRng(seed, 'example', step, position);
  const image = augment(await loadWithObjects(dataset, seed, index), rng, augmentations, format.pixelMean);
  const candidates = image.objects.filter(({ area }) => area >= MIN_AREA);
  const objects = rng.shuffle(candidates.length > 0 ? candidates : image.objects).slice(0, MAX_OBJECTS);
  const prepared = await prepareImage(image, format);
  return {
    name: image.name,
    pixels: prepared.pixels,
    prompts: createPrompts(image, prepared, objects, 'random', rng.int(0, 2 ** 31 - 1)),
    targets: lowResolutionTargets(image, prepared, objects),
  };
}

/** The `index`-th image of the shuffled epochs, or the next one with something to ask about. */
async function loadWithObjects(dataset: Dataset, seed: number, index: number): Promise<LabelledImage> {
  const { length } = dataset.names;
  const order = createRng(seed, 'epoch', Math.floor(index / length)).shuffle(dataset.names);
  for (let skipped = 0; skipped < length; skipped++) {
    const name = order[(index + skipped) % length] as string;
    const image = await loadOrSkip(dataset, name);
    if (image === undefined) continue;
    if (image.objects.length > 0) return image;
    dataset.onBare?.(name, 'it has no object');
  }
  throw new DataError('DATA_EMPTY', `no image of ${dataset.folder} (${dataset.split}) has an object in its mask`, {
    remedy: 'give label maps with a value above 0 for every object',
  });
}

/** Samples a low-resolution pixel takes of the label map along each side; half of them or more make it 1. */
const SAMPLES = 3;

function lowResolutionTargets(
  image: LabelledImage,
  prepared: PreparedImage,
  objects: readonly LabelledObject[],
): Uint8Array {
  const side = prepared.inputSize / 4;
  const targets = new Uint8Array(objects.length * side * side);
  const [stepX, stepY] = [(4 * image.width) / prepared.contentWidth, (4 * image.height) / prepared.contentHeight];
  objects.forEach((object, index) => {
    const [x0, y0, x1, y1] = object.box;
    for (let y = Math.floor(y0 / stepY); y < Math.min(side, Math.ceil(y1 / stepY)); y++) {
      for (let x = Math.floor(x0 / stepX); x < Math.min(side, Math.ceil(x1 / stepX)); x++) {
        let inside = 0;
        for (let s = 0; s < SAMPLES * SAMPLES; s++) {
          const px = Math.floor((x + ((s % SAMPLES) + 0.5) / SAMPLES) * stepX);
          const py = Math.floor((y + (Math.floor(s / SAMPLES) + 0.5) / SAMPLES) * stepY);
          if (isInside(object, px, py)) inside++;
        }
        if (2 * inside >= SAMPLES * SAMPLES) targets[(index * side + y) * side + x] = 1;
      }
    }
  });
  return targets;
}
