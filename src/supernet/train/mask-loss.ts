import { MASK_TOKENS } from '../model/networks/mask-heads.js';
import { type MaskTarget, type MaskTerms, type MaskWeights, maskGradient, maskTerms } from './mask-terms.js';

export interface MaskLoss {
  readonly loss: number;
  /** `[objects, 4, side, side]` and `[objects, 4]`. */
  readonly dLogits: Float32Array;
  readonly dIous: Float32Array;
}

/** `focal-dice` is the SuperSAM authors' mixture. */
const KINDS = {
  dice: { dice: 1, focal: 0 },
  'dice+focal': { dice: 1, focal: 20 },
  'focal-dice': { dice: 0.05, focal: 0.95 },
} as const satisfies { readonly [kind: string]: MaskWeights };

export type MaskLossKind = keyof typeof KINDS;
export const maskLossKinds = Object.keys(KINDS) as readonly MaskLossKind[];

export interface MaskLossOptions {
  readonly loss: MaskLossKind;
  /** Whether the predicted IoUs are held against the true ones. */
  readonly iouLoss: boolean;
}

export const maskLossDefaults = { loss: 'dice+focal', iouLoss: true } as const satisfies MaskLossOptions;

/**
 * Mean over objects of: the mask loss (Dice, focal or a mixture) on the single mask, the same on the best of the other three (by
 * IoU; while several are as good, the least loss), and the mean squared error of the four predicted IoUs.
 *
 * With `teacher`, the logits of the largest subnet for the same prompts, its soft masks take the place of the targets, mask by mask
 * (in-place distillation, Yu and Huang, 2019); the best of the three is then the teacher's, and predicted IoUs stay those with
 * the true masks.
 * @param logits `[objects, 4, side, side]`
 * @param ious predicted, `[objects, 4]`
 * @param targets `[objects, side, side]`, 0 or 1
 * @param teacher `[objects, 4, side, side]`
 */
export function maskLoss(
  logits: Float32Array,
  ious: Float32Array,
  targets: Uint8Array,
  options: MaskLossOptions = maskLossDefaults,
  teacher?: Float32Array,
): MaskLoss {
  const weights = KINDS[options.loss];
  const objects = ious.length / MASK_TOKENS;
  const area = targets.length / objects;
  const dLogits = new Float32Array(logits.length);
  const dIous = new Float32Array(ious.length);
  let total = 0;
  for (let object = 0; object < objects; object++) {
    const target = targets.subarray(object * area, (object + 1) * area);
    const masksOf = (all: Float32Array) =>
      Array.from({ length: MASK_TOKENS }, (_, mask) => {
        const from = (object * MASK_TOKENS + mask) * area;
        return all.subarray(from, from + area);
      });
    const own = masksOf(logits);
    const gradients = masksOf(dLogits);
    const against = own.map((mask) => maskTerms(mask, target, weights));
    const shown = teacher && masksOf(teacher);
    const best = bestOfThree(shown?.map((mask) => maskTerms(mask, target, weights)) ?? against);
    for (const mask of [0, best]) {
      const wanted: MaskTarget = shown === undefined ? target : (shown[mask] as Float32Array).map(sigmoid);
      const answer = own[mask] as Float32Array;
      const terms = shown === undefined ? (against[mask] as MaskTerms) : maskTerms(answer, wanted, weights);
      total += terms.loss / objects;
      maskGradient(answer, wanted, terms, weights, 1 / objects, gradients[mask] as Float32Array);
    }
    if (!options.iouLoss) continue;
    against.forEach(({ iou }, mask) => {
      const at = object * MASK_TOKENS + mask;
      const error = (ious[at] as number) - iou;
      total += error ** 2 / MASK_TOKENS / objects;
      dIous[at] = (2 * error) / MASK_TOKENS / objects;
    });
  }
  return { loss: total, dLogits, dIous };
}

/** Index of the multimask output that fits best. */
function bestOfThree(masks: readonly MaskTerms[]): number {
  const fits = (a: MaskTerms, b: MaskTerms) => b.iou > a.iou || (b.iou === a.iou && b.loss < a.loss);
  return [1, 2, 3].reduce((best, mask) => (fits(masks[best] as MaskTerms, masks[mask] as MaskTerms) ? mask : best));
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
