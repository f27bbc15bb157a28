import type { LongRunning } from '../../base/progress.js';
import type { Configuration } from '../../core/space.js';
import { InterruptedError } from '../../errors.js';
import type { PromptKind } from '../data/prompts.js';
import { parameterCount } from '../model/closed-form.js';
import { type Encoder, fullSubnet, subnetOf } from '../model/network.js';
import type { Segmenter } from '../model/segmentation.js';
import { type EvaluationSet, evaluateAll, type MaskChoice } from './evaluate.js';
import { greedyRemovals } from './greedy-removals.js';
import { objectScores } from './object-scores.js';
import { pairedDifference } from './paired-difference.js';
import { type MeasuredRanking, type RemovableUnit, type Removal, removableUnits } from './ranking.js';

export interface RankOptions extends LongRunning {
  readonly prompt: PromptKind | 'both';
  readonly mask: MaskChoice;
  /** Default `leave-one-out`. */
  readonly method?: MeasuredRanking['method'];
  /** What the sets' prompts were drawn by, to be kept with the ranking. */
  readonly seeds?: readonly number[];
}

/** Measures the network without `unit` and without what `removed` has taken out before. */
export type MeasureRemoval = (removed: Configuration, unit: RemovableUnit) => Promise<Removal>;

/**
 * Importance of every unit that can be removed: the drop of mean IoU on a few images with fixed prompts, paired object by object with
 * the full network. `leave-one-out` takes every unit out of the full network alone; `greedy` takes out the least harmful, measures all
 * others again, and so on, and thus sees what units can do for one another.
 * @param sets of the same images, one a prompt seed
 */
export async function rankPieces(
  segmenter: Segmenter,
  encoder: Encoder,
  sets: readonly [EvaluationSet, ...EvaluationSet[]],
  { prompt, mask, method = 'leave-one-out', seeds, onProgress, signal }: RankOptions,
): Promise<MeasuredRanking> {
  const units = removableUnits(encoder);
  const most = method === 'greedy' ? (units.length * (units.length + 1)) / 2 : units.length;
  let measured = 0;
  const evaluateSubnet = async (subnet: readonly number[], label: string) => {
    if (signal?.aborted) throw new InterruptedError();
    onProgress?.(measured++, most + 1, label);
    return evaluateAll(segmenter, subnet, sets, signal && { signal });
  };
  const reference = await evaluateSubnet(fullSubnet(encoder), 'full network');
  const full = objectScores(reference, { prompt, mask });
  const fullIou = full.reduce((sum, { iou }) => sum + iou, 0) / full.length;
  const measure: MeasureRemoval = async (removed, { parameter, removed: value }) => {
    const subnet = subnetOf(encoder, { ...removed, [parameter]: value });
    const scores = objectScores(await evaluateSubnet(subnet, parameter), { prompt, mask });
    const { mean: drop, standardError } = pairedDifference(full, scores);
    return {
      parameter,
      removed: value,
      meanIou: fullIou - drop,
      drop,
      ...(standardError !== undefined && { standardError }),
      encoderParameters: parameterCount(encoder, subnetOf(encoder, removed)) - parameterCount(encoder, subnet),
    };
  };
  const removals = method === 'greedy' ? await greedyRemovals(encoder, units, measure) : await oneByOne(units, measure);
  onProgress?.(most + 1, most + 1);
  const [set] = sets;
  return {
    format: 1,
    method,
    inputSize: encoder.inputSize,
    images: set.items.length,
    objects: reference.flatMap((one) => Object.values(one)).reduce((sum, { objects }) => sum + objects, 0),
    ...(seeds !== undefined && { seeds: [...seeds] }),
    prompt,
    mask,
    evaluation: set.hash,
    meanIou: fullIou,
    removals,
  };
}

async function oneByOne(units: readonly RemovableUnit[], measure: MeasureRemoval): Promise<Removal[]> {
  const removals: Removal[] = [];
  for (const unit of units) removals.push(await measure({}, unit));
  return removals;
}
