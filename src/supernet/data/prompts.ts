import { createRng } from '../../base/rng.js';
import type { PreparedImage, PromptBatch } from '../model/segmentation.js';
import { isInside, type LabelledImage, type LabelledObject } from './labelled-image.js';

/** `random` asks for every object by box or by point, as the seed has it. */
export type PromptKind = 'box' | 'point' | 'random';

/** A box's sides move outwards by up to this many pixels of an image whose long side is 1024, the scale SAM sees it at. */
const BOX_SLACK = 19;
const BOX_SLACK_SIDE = 1024;

/**
 * One prompt an object, fixed by (seed, image, object): the object's box with every side moved outwards and clipped, or
 * one pixel of the object followed by SAM's padding point.
 *
 * A box's corners are edges of pixels and are scaled alone, as `ResizeLongestSide.apply_boxes` of segment-anything scales
 * them; its prompt encoder adds half an input pixel to corners and points alike. A point stands for a pixel, so its middle is
 * scaled and the encoder's half taken off before: the encoder sees the middle itself, where `apply_coords` of a pixel's index
 * would be 0.5 (scale - 1) input pixels to the left of it and above. See docs/decisions/005-box-prompts.md.
 */
export function createPrompts(
  image: LabelledImage,
  prepared: PreparedImage,
  objects: readonly LabelledObject[],
  kind: PromptKind,
  seed: number,
): PromptBatch {
  const coordinates = new Float32Array(objects.length * 4);
  const labels = new Float32Array(objects.length * 2);
  const [scaleX, scaleY] = [prepared.contentWidth / image.width, prepared.contentHeight / image.height];
  objects.forEach((object, i) => {
    const rng = createRng(seed, 'prompt', kind, image.name, object.id);
    if (kind === 'box' || (kind === 'random' && rng.float() < 0.5)) {
      const [x0, y0, x1, y1] = object.box;
      const slack = () => (rng.int(0, BOX_SLACK) * Math.max(image.width, image.height)) / BOX_SLACK_SIDE;
      const moved = [
        Math.max(0, x0 - slack()),
        Math.max(0, y0 - slack()),
        Math.min(image.width, x1 + slack()),
        Math.min(image.height, y1 + slack()),
      ] as const;
      coordinates.set([moved[0] * scaleX, moved[1] * scaleY, moved[2] * scaleX, moved[3] * scaleY], 4 * i);
      labels.set([2, 3], 2 * i);
    } else {
      const [x, y] = innerPixel(object, rng.int(0, object.area - 1));
      coordinates.set([(x + 0.5) * scaleX - 0.5, (y + 0.5) * scaleY - 0.5, 0, 0], 4 * i);
      labels.set([1, -1], 2 * i);
    }
  });
  return { count: objects.length, points: 2, coordinates, labels };
}

/** The `index`-th pixel of the object in reading order. */
function innerPixel(object: LabelledObject, index: number): [x: number, y: number] {
  let left = index;
  const [x0, y0, x1, y1] = object.box;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      if (isInside(object, x, y) && left-- === 0) return [x, y];
    }
  }
  throw new RangeError(`object ${object.id} has no pixel ${index}`);
}
