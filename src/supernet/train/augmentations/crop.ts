import type { Rng } from '../../../base/rng.js';
import { isInside, type LabelledImage } from '../../data/labelled-image.js';
import { objectWhere } from './object-where.js';

/** Least share of each side that is kept. */
const LEAST = 0.5;
/** Windows tried before the image stays whole because none shows an object. */
const TRIES = 8;

/** A window of 50 to 100 % of each side anywhere in the image that shows a part of an object; objects outside are gone. */
export function crop(image: LabelledImage, rng: Rng): LabelledImage {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const share = LEAST + (1 - LEAST) * rng.float();
    const width = Math.max(1, Math.round(share * image.width));
    const height = Math.max(1, Math.round(share * image.height));
    const [left, top] = [rng.int(0, image.width - width), rng.int(0, image.height - height)];
    const objects = image.objects.flatMap((object) => {
      const [x0, y0, x1, y1] = object.box;
      const within = [
        Math.max(0, x0 - left),
        Math.max(0, y0 - top),
        Math.min(width, x1 - left),
        Math.min(height, y1 - top),
      ] as const;
      return objectWhere(object.id, within, (x, y) => isInside(object, x + left, y + top)) ?? [];
    });
    if (objects.length === 0) continue;
    const rgb = new Uint8Array(3 * width * height);
    for (let y = 0; y < height; y++) {
      const from = 3 * ((y + top) * image.width + left);
      rgb.set(image.rgb.subarray(from, from + 3 * width), 3 * y * width);
    }
    return { name: image.name, width, height, rgb, objects };
  }
  return image;
}
