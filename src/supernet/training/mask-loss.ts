import { MASK_TOKENS } from '../networks/decoder-sizes.js';

export interface MaskLoss {
  readonly loss: number;
  /** `[objects, 4, side, side]` and `[objects, 4]`. */
  readonly dLogits: Float32Array;
  readonly dIous: Float32Array;
}

const FOCAL_WEIGHT = 20;
const FOCAL_ALPHA = 0.25;
const FOCAL_GAMMA = 2;

/**
 * Mean over objects of: Dice with squared denominators (Milletari et al., 2016) plus 20 focal (Lin et al., 2017) on the
 * single mask, the same on the best of the other three (by IoU; while several are as good, the least loss), and the mean squared error
 * of the four predicted IoUs.
 * @param logits `[objects, 4, side, side]`
 * @param ious predicted, `[objects, 4]`
 * @param targets `[objects, side, side]`, 0 or 1
 */
export function maskLoss(logits: Float32Array, ious: Float32Array, targets: Uint8Array): MaskLoss {
  const objects = ious.length / MASK_TOKENS;
  const area = targets.length / objects;
  const dLogits = new Float32Array(logits.length);
  const dIous = new Float32Array(ious.length);
  let total = 0;
  for (let object = 0; object < objects; object++) {
    const target = targets.subarray(object * area, (object + 1) * area);
    const masks = Array.from({ length: MASK_TOKENS }, (_, mask) => {
      const from = (object * MASK_TOKENS + mask) * area;
      return { from, ...maskTerms(logits.subarray(from, from + area), target) };
    });
    const best = masks.slice(1).reduce((a, b) => (b.iou > a.iou || (b.iou === a.iou && b.loss < a.loss) ? b : a));
    for (const mask of [masks[0] as typeof best, best]) {
      total += mask.loss / objects;
      maskGradient(
        logits.subarray(mask.from, mask.from + area),
        target,
        mask,
        1 / objects,
        dLogits.subarray(mask.from, mask.from + area),
      );
    }
    masks.forEach(({ iou }, mask) => {
      const at = object * MASK_TOKENS + mask;
      const error = (ious[at] as number) - iou;
      total += error ** 2 / MASK_TOKENS / objects;
      dIous[at] = (2 * error) / MASK_TOKENS / objects;
    });
  }
  return { loss: total, dLogits, dIous };
}

interface Terms {
  readonly loss: number;
  readonly iou: number;
  readonly overlap: number;
  readonly mass: number;
}

function maskTerms(logits: Float32Array, target: Uint8Array): Terms {
  let [overlap, mass, focal, intersection, union] = [0, 0, 0, 0, 0];
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i] as number;
    const t = target[i] as number;
    const p = 1 / (1 + Math.exp(-x));
    overlap += p * t;
    mass += p * p + t * t;
    focal += focalTerm(x, t);
    if (x > 0 && t === 1) intersection++;
    if (x > 0 || t === 1) union++;
  }
  const dice = 1 - (2 * overlap + 1) / (mass + 1);
  return {
    loss: dice + (FOCAL_WEIGHT * focal) / logits.length,
    iou: union === 0 ? 0 : intersection / union,
    overlap,
    mass,
  };
}

/** -alpha_t (1 - p_t)^gamma log p_t, with log p_t as a stable softplus. */
function focalTerm(x: number, t: number): number {
  const signed = t === 1 ? x : -x;
  const logP = -softplus(-signed);
  const alpha = t === 1 ? FOCAL_ALPHA : 1 - FOCAL_ALPHA;
  return -alpha * (1 - Math.exp(logP)) ** FOCAL_GAMMA * logP;
}

const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));

function maskGradient(
  logits: Float32Array,
  target: Uint8Array,
  { overlap, mass }: Terms,
  scale: number,
  out: Float32Array,
): void {
  const denominator = mass + 1;
  const numerator = 2 * overlap + 1;
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i] as number;
    const t = target[i] as number;
    const p = 1 / (1 + Math.exp(-x));
    const dice = -((2 * t * denominator - numerator * 2 * p) / denominator ** 2) * p * (1 - p);
    // With s = +-x towards the target and q = sigmoid(s): d/ds of -alpha (1-q)^2 log q.
    const sign = t === 1 ? 1 : -1;
    const q = t === 1 ? p : 1 - p;
    const logQ = -softplus(-sign * x);
    const alpha = t === 1 ? FOCAL_ALPHA : 1 - FOCAL_ALPHA;
    const focal = sign * alpha * ((1 - q) ** 2 * (2 * q * logQ - (1 - q)));
    out[i] = scale * (dice + (FOCAL_WEIGHT * focal) / logits.length);
  }
}
