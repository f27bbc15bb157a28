import { isInside, type LabelledImage, type LabelledObject } from '../data/labelled-image.js';
import { MASK_TOKENS } from '../model/networks/mask-heads.js';
import type { MaskPrediction, PreparedImage } from '../model/segmentation.js';
import { createUpscaler, type Upscaler } from './upscale-masks.js';

/** IoU of one object's prompt under the three ways of choosing a mask. */
export interface ObjectScore {
  readonly image: string;
  readonly object: number;
  /** Mask 0. */
  readonly single: number;
  /** The multimask output with the best predicted IoU. */
  readonly predicted: number;
  /** The multimask output with the best true IoU. */
  readonly oracle: number;
}

/** Scores predictions at the original resolution and the mask threshold 0; a union of 0 counts 0. */
export function scoreMasks(
  prediction: MaskPrediction,
  image: LabelledImage,
  prepared: PreparedImage,
  objects: readonly LabelledObject[],
): ObjectScore[] {
  const upscaler = upscalerFor(prediction.height, image, prepared);
  const area = prediction.height * prediction.width;
  return objects.map((object, i) => {
    const ious = Array.from({ length: MASK_TOKENS }, (_, mask) => {
      const from = (i * MASK_TOKENS + mask) * area;
      return maskIou(upscaler, prediction.logits.subarray(from, from + area), object);
    });
    const predicted = [1, 2, 3].reduce((best, mask) =>
      (prediction.iouPredictions[i * MASK_TOKENS + mask] as number) >
      (prediction.iouPredictions[i * MASK_TOKENS + best] as number)
        ? mask
        : best,
    );
    return {
      image: image.name,
      object: object.id,
      single: ious[0] as number,
      predicted: ious[predicted] as number,
      oracle: Math.max(...ious.slice(1)),
    };
  });
}

/** Every subnet's masks of an image are upscaled alike. */
const upscalers = new WeakMap<PreparedImage, { readonly side: number; readonly upscaler: Upscaler }>();

function upscalerFor(side: number, { width, height }: LabelledImage, prepared: PreparedImage): Upscaler {
  const known = upscalers.get(prepared);
  if (known?.side === side) return known.upscaler;
  const { inputSize, contentWidth, contentHeight } = prepared;
  const upscaler = createUpscaler({ side, inputSize, contentWidth, contentHeight, width, height });
  upscalers.set(prepared, { side, upscaler });
  return upscaler;
}

/** Intersection over union of the upscaled `logits > 0` and the object's pixels; a union of 0 counts 0. */
export function maskIou(upscaler: Upscaler, logits: Float32Array, object: LabelledObject): number {
  const [x0, , x1] = object.box;
  let [predicted, intersection] = [0, 0];
  upscaler.positiveRuns(logits, (y, from, to) => {
    predicted += to - from;
    const end = Math.min(to, x1);
    for (let x = Math.max(from, x0); x < end; x++) if (isInside(object, x, y)) intersection++;
  });
  const union = object.area + predicted - intersection;
  return union === 0 ? 0 : intersection / union;
}
