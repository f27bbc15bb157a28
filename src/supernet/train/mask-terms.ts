import { hardFocal, softFocal } from './focal.js';

/** Shares of the two terms of a mask's loss. */
export interface MaskWeights {
  readonly dice: number;
  readonly focal: number;
}

export interface MaskTerms {
  readonly loss: number;
  /** Of the mask at threshold 0 with the pixels whose target is 1. */
  readonly iou: number;
  /** The two sums that Dice is made of. */
  readonly overlap: number;
  readonly mass: number;
}

/** 0 or 1 a pixel, or (what another subnet answered) anything between. */
export type MaskTarget = Uint8Array | Float32Array;

/** Dice with squared denominators (Milletari et al., 2016) and the mean focal loss of one mask. */
export function maskTerms(logits: Float32Array, target: MaskTarget, weights: MaskWeights): MaskTerms {
  const { value } = focalFor(target);
  let [overlap, mass, focal, intersection, union] = [0, 0, 0, 0, 0];
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i] as number;
    const t = target[i] as number;
    const p = 1 / (1 + Math.exp(-x));
    overlap += p * t;
    mass += p * p + t * t;
    focal += value(x, t);
    if (x > 0 && t === 1) intersection++;
    if (x > 0 || t === 1) union++;
  }
  const dice = 1 - (2 * overlap + 1) / (mass + 1);
  return {
    loss: weights.dice * dice + (weights.focal * focal) / logits.length,
    iou: union === 0 ? 0 : intersection / union,
    overlap,
    mass,
  };
}

/** Writes `scale` times the derivative of the mask's loss by its logits into `out`. */
export function maskGradient(
  logits: Float32Array,
  target: MaskTarget,
  { overlap, mass }: MaskTerms,
  weights: MaskWeights,
  scale: number,
  out: Float32Array,
): void {
  const { derivative } = focalFor(target);
  const denominator = mass + 1;
  const numerator = 2 * overlap + 1;
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i] as number;
    const t = target[i] as number;
    const p = 1 / (1 + Math.exp(-x));
    const dice = -((2 * t * denominator - numerator * 2 * p) / denominator ** 2) * p * (1 - p);
    out[i] = scale * (weights.dice * dice + (weights.focal * derivative(x, t)) / logits.length);
  }
}

const focalFor = (target: MaskTarget) => (target instanceof Float32Array ? softFocal : hardFocal);
