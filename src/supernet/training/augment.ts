import type { Rng } from '../../core/rng.js';
import type { LabelledImage, LabelledObject } from '../data/labelled-image.js';

/** One of the eight symmetries of the square, all equally likely. */
export function augment(image: LabelledImage, rng: Rng): LabelledImage {
  const [flipX, flipY, transpose] = [rng.float() < 0.5, rng.float() < 0.5, rng.float() < 0.5];
  const { width, height } = image;
  const [toWidth, toHeight] = transpose ? [height, width] : [width, height];
  const rgb = new Uint8Array(image.rgb.length);
  const labels = new Uint16Array(image.labels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fx, fy] = [flipX ? width - 1 - x : x, flipY ? height - 1 - y : y];
      const to = transpose ? fx * toWidth + fy : fy * toWidth + fx;
      const from = y * width + x;
      labels[to] = image.labels[from] as number;
      for (let c = 0; c < 3; c++) rgb[3 * to + c] = image.rgb[3 * from + c] as number;
    }
  }
  const move = ({ box: [x0, y0, x1, y1], ...object }: LabelledObject): LabelledObject => {
    const [a0, a1] = flipX ? [width - x1, width - x0] : [x0, x1];
    const [b0, b1] = flipY ? [height - y1, height - y0] : [y0, y1];
    return { ...object, box: transpose ? [b0, a0, b1, a1] : [a0, b0, a1, b1] };
  };
  return { name: image.name, width: toWidth, height: toHeight, rgb, labels, objects: image.objects.map(move) };
}
