import type { LongRunning } from '../../base/progress.js';
import { InterruptedError } from '../../errors.js';
import type { LabelledObject } from '../data/labelled-image.js';
import type { Upscaler } from '../method/upscale-masks.js';
import type { PreparedImage, PromptBatch } from '../model/segmentation.js';
import type { LowMasks } from './network.js';
import { type PredictedMask, predictedMask } from './predicted-mask.js';

/** What segment-anything's generator asks of a mask, with its defaults. Crops of the image and small regions are left alone. */
export interface EverythingOptions extends LongRunning {
  /** Points along each side of the grid. Default 32. */
  readonly pointsPerSide?: number | undefined;
  /** Least predicted IoU, which a mask must exceed. Default 0.88. */
  readonly minIou?: number | undefined;
  /** Least stability score. Default 0.95. */
  readonly minStability?: number | undefined;
  /** Of two masks whose boxes have a larger IoU, the one of lower predicted IoU goes. Default 0.7. */
  readonly boxNms?: number | undefined;
}

/** How an image's prompts are decoded and its masks enlarged. */
export interface Decoding {
  readonly prepared: PreparedImage;
  readonly promptsAtOnce: number;
  readonly decode: (batch: PromptBatch) => Promise<LowMasks>;
  readonly upscaler: (side: number) => Upscaler;
}

/**
 * Masks of whatever the network finds at the points of a grid, as segment-anything's automatic generator defines it: the
 * three masks of the multimask output at every point (or the one a file gives); those kept whose predicted IoU and whose
 * stability are high enough; doubles taken out by their boxes. Best predicted IoU first.
 */
export async function everything(
  { prepared, promptsAtOnce, decode, upscaler }: Decoding,
  { pointsPerSide = 32, minIou = 0.88, minStability = 0.95, boxNms = 0.7, onProgress, signal }: EverythingOptions,
): Promise<PredictedMask[]> {
  const points = pointGrid(pointsPerSide);
  const image = { width: prepared.originalWidth, height: prepared.originalHeight };
  const found: PredictedMask[] = [];
  let best = -Infinity;
  for (let start = 0; start < points.length; start += promptsAtOnce) {
    if (signal?.aborted) throw new InterruptedError();
    const batch = gridBatch(points.slice(start, start + promptsAtOnce), prepared);
    const masks = await decode(batch);
    const { perPrompt, side, logits, iouPredictions } = masks;
    for (let i = 0; i < iouPredictions.length; i++) {
      // Mask 0 is the single mask, which is not among the three.
      if (perPrompt > 1 && i % perPrompt === 0) continue;
      const predictedIou = iouPredictions[i] as number;
      best = Math.max(best, predictedIou);
      if (predictedIou <= minIou) continue;
      const own = logits.subarray(i * side * side, (i + 1) * side * side);
      const mask = predictedMask(own, upscaler(side), image, found.length + 1, predictedIou);
      if (mask.stability >= minStability) found.push(mask);
    }
    onProgress?.(
      Math.min(start + promptsAtOnce, points.length),
      points.length,
      `${found.length} masks, predicted IoU up to ${best.toFixed(2)}`,
    );
  }
  return suppressDoubles(found, boxNms).map((mask, i) => ({ ...mask, id: i + 1 }));
}

/** The middles of `side` x `side` equal cells, row after row, in shares of the image. */
export const pointGrid = (side: number): readonly (readonly [x: number, y: number])[] =>
  Array.from({ length: side * side }, (_, i) => [((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side]);

/** One prompt a point. Shares of the image are shares of the content, and need no pixel's middle. */
function gridBatch(points: ReturnType<typeof pointGrid>, prepared: PreparedImage): PromptBatch {
  const { contentWidth, contentHeight } = prepared;
  return {
    count: points.length,
    points: 2,
    coordinates: Float32Array.from(points.flatMap(([x, y]) => [x * contentWidth, y * contentHeight, 0, 0])),
    labels: Float32Array.from(points.flatMap(() => [1, -1])),
  };
}

/**
 * Non-maximum suppression over boxes: masks by falling predicted IoU, each taken unless its box has an IoU above
 * `threshold` with that of a mask taken before. Boxes run from the first to the last pixel, as in segment-anything, so that one of
 * a single row or column has no area and suppresses nothing.
 */
export function suppressDoubles<M extends Pick<LabelledObject, 'box'> & { readonly predictedIou: number }>(
  masks: readonly M[],
  threshold: number,
): M[] {
  const taken: M[] = [];
  for (const mask of [...masks].sort((a, b) => b.predictedIou - a.predictedIou)) {
    if (taken.every(({ box }) => !(boxIou(box, mask.box) > threshold))) taken.push(mask);
  }
  return taken;
}

function boxIou(a: LabelledObject['box'], b: LabelledObject['box']): number {
  const area = (x0: number, y0: number, x1: number, y1: number) => Math.max(0, x1 - x0 - 1) * Math.max(0, y1 - y0 - 1);
  const shared = area(Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3]));
  return shared / (area(...a) + area(...b) - shared);
}
