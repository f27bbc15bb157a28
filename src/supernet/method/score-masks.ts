import { isInside, type LabelledImage, type LabelledObject } from '../data/labelled-image.js';
import { MASK_TOKENS } from '../model/networks/mask-heads.js';
import type { MaskPrediction, PreparedImage } from '../model/segmentation.js';
import { createUpscaler, type Upscaler } from './upscale-masks.js';

/** IoU of one object's prompt under the three ways of choosing a mask. */
interface ObjectIous {
  /** Mask 0. */
  readonly single: number;
  /** The multimask output with the best predicted IoU. */
  readonly predicted: number;
  /** The multimask output with the best true IoU. */
  readonly oracle: number;
}

export interface ObjectScore extends ObjectIous {
  readonly image: string;
  readonly object: number;
}

/**
 * Scores predictions at the original resolution and the mask threshold 0; a union of 0 counts 0.
 * @param only the choice that is wanted; the others, which take most of the time, are NaN
 */
export function scoreMasks(
  prediction: MaskPrediction,
  image: LabelledImage,
  prepared: PreparedImage,
  objects: readonly LabelledObject[],
  only?: keyof ObjectIous,
): ObjectScore[] {
  const upscaler = upscalerFor(prediction.height, image, prepared);
  const area = prediction.height * prediction.width;
  return objects.map((object, i) => {
    const ious: number[] = [];
    const iou = (mask: number): number => {
      const from = (i * MASK_TOKENS + mask) * area;
      ious[mask] ??= maskIou(upscaler, prediction.logits.subarray(from, from + area), object);
      return ious[mask];
    };
    const predicted = [1, 2, 3].reduce((best, mask) =>
      (prediction.iouPredictions[i * MASK_TOKENS + mask] as number) >
      (prediction.iouPredictions[i * MASK_TOKENS + best] as number)
        ? mask
        : best,
    );
    const wanted = (choice: keyof ObjectIous, value: () => number) =>
      only === undefined || only === choice ? value() : Number.NaN;
    return {
      image: image.name,
      object: object.id,
      single: wanted('single', () => iou(0)),
      predicted: wanted('predicted', () => iou(predicted)),
      oracle: wanted('oracle', () => Math.max(iou(1), iou(2), iou(3))),
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
