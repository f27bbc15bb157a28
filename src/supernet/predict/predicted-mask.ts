import { createMask, isInside, type LabelledObject } from '../data/labelled-image.js';
import type { Upscaler } from '../method/upscale-masks.js';
import type { LowMasks } from './network.js';

/** A mask at the size of its image. `id` counts from 1 in the order of the prompts, or of what was found. */
export interface PredictedMask extends LabelledObject {
  /** Of the image, in pixels. */
  readonly width: number;
  readonly height: number;
  /** IoU with the true mask as the network expects it. */
  readonly predictedIou: number;
  /** IoU of the masks at thresholds one logit above and one below the mask's own. */
  readonly stability: number;
}

/** How far the threshold is moved for the stability score, as segment-anything's generator moves it. */
const STABILITY_OFFSET = 1;
const EMPTY = [0, 0, 0, 0] as const;

/** Logits `[side, side]` at the size of the image: pixels above 0, and how little they change with the threshold. */
export function predictedMask(
  logits: Float32Array,
  upscaler: Upscaler,
  image: { readonly width: number; readonly height: number },
  id: number,
  predictedIou: number,
): PredictedMask {
  const window = upscaler.positiveWindow(logits, -STABILITY_OFFSET);
  const values = upscaler.upscale(logits, window);
  const span = window.right - window.left;
  let [x0, y0, x1, y1, area, certain, possible] = [Infinity, Infinity, 0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value > STABILITY_OFFSET) certain++;
    if (value > -STABILITY_OFFSET) possible++;
    if (value <= 0) continue;
    area++;
    const [x, y] = [window.left + (i % span), window.top + Math.floor(i / span)];
    if (x < x0) x0 = x;
    if (x >= x1) x1 = x + 1;
    if (y < y0) y0 = y;
    if (y >= y1) y1 = y + 1;
  }
  const box = area === 0 ? EMPTY : ([x0, y0, x1, y1] as const);
  const { mask, add } = createMask(box);
  for (let i = 0; area > 0 && i < values.length; i++) {
    if ((values[i] as number) > 0) add(window.left + (i % span), window.top + Math.floor(i / span));
  }
  const { width, height } = image;
  const stability = possible === 0 ? 0 : certain / possible;
  return { id, area, box, mask, width, height, predictedIou, stability };
}

/** The mask's pixels, row after row: 1 inside, 0 outside. */
export function maskPixels(mask: PredictedMask): Uint8Array {
  const pixels = new Uint8Array(mask.width * mask.height);
  paint(pixels, mask, 1);
  return pixels;
}

/** Which mask a pixel belongs to (its id; 0 for none), row after row. Where masks overlap, the smaller one is on top. */
export function instanceMap(masks: readonly PredictedMask[], width: number, height: number): Uint16Array {
  const map = new Uint16Array(width * height);
  for (const mask of [...masks].sort((a, b) => b.area - a.area)) paint(map, mask, mask.id);
  return map;
}

function paint(pixels: Uint8Array | Uint16Array, mask: PredictedMask, value: number): void {
  const [x0, y0, x1, y1] = mask.box;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) if (isInside(mask, x, y)) pixels[y * mask.width + x] = value;
  }
}

/** Which of a prompt's masks is taken: the single one, or of the multimask output that of best predicted IoU. */
export type ChosenMask = 'single' | 'predicted';

/** The index of the mask among all of `masks`. A file that gives one mask a prompt has chosen it already. */
export function chooseMask({ perPrompt, iouPredictions }: LowMasks, prompt: number, choice: ChosenMask): number {
  const first = prompt * perPrompt;
  if (choice === 'single' || perPrompt === 1) return first;
  let best = first + 1;
  for (let i = first + 2; i < first + perPrompt; i++) {
    if ((iouPredictions[i] as number) > (iouPredictions[best] as number)) best = i;
  }
  return best;
}
