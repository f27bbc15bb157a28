import type { LongRunning } from '../core/progress.js';
import { InterruptedError } from '../errors.js';
import { parameterCount } from './closed-form.js';
import { type EvaluationSet, evaluate, type MaskChoice, meanIou } from './data/evaluate.js';
import type { PromptKind } from './data/prompts.js';
import { type Encoder, fullSubnet, subnetOf } from './network.js';
import { type Ranking, type Removal, removableUnits } from './ranking.js';
import type { Segmenter } from './segmentation.js';

export interface RankOptions extends LongRunning {
  readonly prompt: PromptKind | 'both';
  readonly mask: MaskChoice;
}

/** Leave-one-out importance of every unit that can be removed: the drop of mean IoU on a few images with fixed prompts. */
export async function rankPieces(
  segmenter: Segmenter,
  encoder: Encoder,
  set: EvaluationSet,
  { prompt, mask, onProgress, signal }: RankOptions,
): Promise<Ranking> {
  const units = removableUnits(encoder);
  const full = fullSubnet(encoder);
  const fullParameters = parameterCount(encoder, full);
  onProgress?.(0, units.length + 1, 'full network');
  const reference = await evaluate(segmenter, full, set, signal && { signal });
  const fullIou = meanIou(reference, { prompt, mask });
  const removals: Removal[] = [];
  for (const [i, { parameter, removed }] of units.entries()) {
    if (signal?.aborted) throw new InterruptedError();
    onProgress?.(i + 1, units.length + 1, parameter);
    const subnet = subnetOf(encoder, { [parameter]: removed });
    const score = meanIou(await evaluate(segmenter, subnet, set, signal && { signal }), { prompt, mask });
    const encoderParameters = fullParameters - parameterCount(encoder, subnet);
    removals.push({ parameter, removed, meanIou: score, drop: fullIou - score, encoderParameters });
  }
  onProgress?.(units.length + 1, units.length + 1);
  return {
    format: 1,
    inputSize: encoder.inputSize,
    images: set.items.length,
    objects: Object.values(reference).reduce((sum, { objects }) => sum + objects, 0),
    prompt,
    mask,
    evaluation: set.hash,
    meanIou: fullIou,
    removals,
  };
}
