import type { Rng } from '../../../base/rng.js';
import { createMask, isInside, type LabelledImage, type LabelledObject } from '../../data/labelled-image.js';

/** One of the eight symmetries of the square, all equally likely. */
export function flip(image: LabelledImage, rng: Rng): LabelledImage {
  const [flipX, flipY, transpose] = [rng.float() < 0.5, rng.float() < 0.5, rng.float() < 0.5];
  const { width, height } = image;
  const [toWidth, toHeight] = transpose ? [height, width] : [width, height];
  const rgb = new Uint8Array(image.rgb.length);
  const place = (x: number, y: number): [x: number, y: number] => {
    const [fx, fy] = [flipX ? width - 1 - x : x, flipY ? height - 1 - y : y];
    return transpose ? [fy, fx] : [fx, fy];
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [toX, toY] = place(x, y);
      const from = y * width + x;
      for (let c = 0; c < 3; c++) rgb[3 * (toY * toWidth + toX) + c] = image.rgb[3 * from + c] as number;
    }
  }
  const move = (object: LabelledObject): LabelledObject => {
    const [x0, y0, x1, y1] = object.box;
    const [[a0, b0], [a1, b1]] = [place(x0, y0), place(x1 - 1, y1 - 1)];
    const box = [Math.min(a0, a1), Math.min(b0, b1), Math.max(a0, a1) + 1, Math.max(b0, b1) + 1] as const;
    const { mask, add } = createMask(box);
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) if (isInside(object, x, y)) add(...place(x, y));
    }
    return { ...object, box, mask };
  };
  return { name: image.name, width: toWidth, height: toHeight, rgb, objects: image.objects.map(move) };
}
