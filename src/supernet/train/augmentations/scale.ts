import type { Rng } from '../../../base/rng.js';
import { isInside, type LabelledImage } from '../../data/labelled-image.js';
import { objectWhere } from './object-where.js';

/** Least share of each side that the picture is shrunk to. */
const LEAST = 0.5;

/**
 * The picture at 50 to 100 % of its size anywhere on a canvas as large as before (bilinear; masks take the nearest pixel). Objects
 * that no pixel is left of are gone, unless all would be: then the image stays as it is.
 */
export function scale(image: LabelledImage, rng: Rng, fill: readonly number[]): LabelledImage {
  const share = LEAST + (1 - LEAST) * rng.float();
  const width = Math.max(1, Math.round(share * image.width));
  const height = Math.max(1, Math.round(share * image.height));
  const [left, top] = [rng.int(0, image.width - width), rng.int(0, image.height - height)];
  const [stepX, stepY] = [image.width / width, image.height / height];
  const objects = image.objects.flatMap((object) => {
    const [x0, y0, x1, y1] = object.box;
    const within = [
      left + Math.floor(x0 / stepX),
      top + Math.floor(y0 / stepY),
      left + Math.min(width, Math.ceil(x1 / stepX)),
      top + Math.min(height, Math.ceil(y1 / stepY)),
    ] as const;
    const covers = (x: number, y: number) =>
      isInside(object, Math.floor((x - left + 0.5) * stepX), Math.floor((y - top + 0.5) * stepY));
    return objectWhere(object.id, within, covers) ?? [];
  });
  if (objects.length === 0) return image;
  const rgb = Uint8Array.from({ length: image.rgb.length }, (_, i) => Math.round(fill[i % 3] as number));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 3 * ((y + top) * image.width + x + left);
      const [fromX, fromY] = [(x + 0.5) * stepX - 0.5, (y + 0.5) * stepY - 0.5];
      for (let channel = 0; channel < 3; channel++) rgb[to + channel] = bilinear(image, fromX, fromY, channel);
    }
  }
  return { ...image, rgb, objects };
}

/** The value between the four pixels around a place, edges repeated. */
function bilinear({ width, height, rgb }: LabelledImage, x: number, y: number, channel: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (column: number, row: number) =>
    rgb[
      3 * (Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column))) + channel
    ] as number;
  const [right, below] = [x - left, y - top];
  const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
  const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
  return Math.round(upper * (1 - below) + lower * below);
}
