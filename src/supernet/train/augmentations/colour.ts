import type { Rng } from '../../../base/rng.js';
import type { LabelledImage } from '../../data/labelled-image.js';

/** Brightness, saturation and contrast each change by up to this factor. */
const CHANGE = 0.2;

/**
 * Brightness, then saturation (the distance from the pixel's grey), then contrast (the distance from the picture's mean grey), each times a
 * factor of 0.8 to 1.2. Grey is Rec. 601's.
 */
export function colour(image: LabelledImage, rng: Rng): LabelledImage {
  const factor = () => 1 + CHANGE * (2 * rng.float() - 1);
  const [brightness, saturation, contrast] = [factor(), factor(), factor()];
  const { rgb } = image;
  let sum = 0;
  for (let i = 0; i < rgb.length; i += 3) sum += grey(rgb, i);
  const mean = (brightness * sum) / (rgb.length / 3);
  const changed = new Uint8ClampedArray(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    const own = brightness * grey(rgb, i);
    for (let channel = i; channel < i + 3; channel++) {
      const saturated = own + saturation * (brightness * (rgb[channel] as number) - own);
      changed[channel] = mean + contrast * (saturated - mean);
    }
  }
  return { ...image, rgb: new Uint8Array(changed.buffer) };
}

const grey = (rgb: Uint8Array, i: number): number =>
  0.299 * (rgb[i] as number) + 0.587 * (rgb[i + 1] as number) + 0.114 * (rgb[i + 2] as number);
