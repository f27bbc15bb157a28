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

/** One pixel's focal loss and its derivative by the logit `x`, for a target `t` in 0..1. */
export interface Focal {
  value(x: number, t: number): number;
  derivative(x: number, t: number): number;
}

const ALPHA = 0.25;
const GAMMA = 2;

/** -alpha_t (1 - p_t)^2 log p_t for a target of 0 or 1 (Lin et al., 2017), with log p_t as a stable softplus. */
const hardFocal: Focal = {
  value(x, t) {
    const signed = t === 1 ? x : -x;
    const logP = -softplus(-signed);
    const alpha = t === 1 ? ALPHA : 1 - ALPHA;
    return -alpha * (1 - Math.exp(logP)) ** GAMMA * logP;
  },
  derivative(x, t) {
    // With s = +-x towards the target and q = sigmoid(s): d/ds of -alpha (1-q)^2 log q.
    const p = 1 / (1 + Math.exp(-x));
    const sign = t === 1 ? 1 : -1;
    const q = t === 1 ? p : 1 - p;
    const logQ = -softplus(-sign * x);
    const alpha = t === 1 ? ALPHA : 1 - ALPHA;
    return sign * alpha * ((1 - q) ** 2 * (2 * q * logQ - (1 - q)));
  },
};

/**
 * (t - p)^2 times the cross-entropy, for a target anywhere in 0..1 (the quality focal loss of Li et al., 2020), weighted by
 * alpha for what the target says is the object. It is least at p = t, and the hard one's value at 0 and 1.
 */
const softFocal: Focal = {
  value(x, t) {
    const p = 1 / (1 + Math.exp(-x));
    return balance(t) * (t - p) ** GAMMA * crossEntropy(x, t);
  },
  derivative(x, t) {
    const p = 1 / (1 + Math.exp(-x));
    const above = p - t;
    return balance(t) * (2 * above * p * (1 - p) * crossEntropy(x, t) + above ** 3);
  },
};

const balance = (t: number): number => ALPHA * t + (1 - ALPHA) * (1 - t);
const crossEntropy = (x: number, t: number): number => softplus(x) - t * x;
const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
