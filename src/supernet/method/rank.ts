import type { LongRunning } from '../../base/progress.js';
import type { Configuration } from '../../core/space.js';
import { InterruptedError } from '../../errors.js';
import type { PromptKind } from '../data/prompts.js';
import { parameterCount } from '../model/closed-form.js';
import { type Encoder, fullSubnet, type Subnet, subnetOf, type Weights } from '../model/network.js';
import type { Segmenter } from '../model/segmentation.js';
import { type Evaluation, type EvaluationSet, evaluateSubnets, type MaskChoice } from './evaluate.js';
import { objectScores, pairedDifference } from './paired-difference.js';
import {
  type MagnitudeRanking,
  type MeasuredRanking,
  type RemovableUnit,
  type Removal,
  removableUnits,
} from './ranking.js';

export interface RankOptions extends LongRunning {
  readonly prompt: PromptKind | 'both';
  readonly mask: MaskChoice;
  /** Default `leave-one-out`. */
  readonly method?: MeasuredRanking['method'];
  /** What the sets' prompts were drawn by, to be kept with the ranking. */
  readonly seeds?: readonly number[];
}

/** Measures the network without each of `units` and without what `removed` has taken out before. */
export type MeasureRemovals = (removed: Configuration, units: readonly RemovableUnit[]) => Promise<Removal[]>;

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
  const [{ items }] = sets;
  let measured = 0;
  const evaluateTogether = async (subnets: readonly Subnet[], label: string) => {
    if (signal?.aborted) throw new InterruptedError();
    onProgress?.(measured, most + 1, label);
    const evaluations = await evaluateSubnets(segmenter, subnets, sets, {
      mask,
      ...(signal && { signal }),
      onProgress: (done) => onProgress?.(measured + Math.floor(done / items.length), most + 1, label),
    });
    measured += subnets.length;
    return evaluations;
  };
  const [reference = []] = await evaluateTogether([fullSubnet(encoder)], 'full network');
  const full = objectScores(reference, { prompt, mask });
  const fullIou = full.reduce((sum, { iou }) => sum + iou, 0) / full.length;
  const measure: MeasureRemovals = async (removed, measuredUnits) => {
    const subnets = measuredUnits.map(({ parameter, removed: value }) =>
      subnetOf(encoder, { ...removed, [parameter]: value }),
    );
    const without = Object.keys(removed).length;
    const label = without === 0 ? 'one unit less' : `${without + 1} units less`;
    const evaluations = await evaluateTogether(subnets, label);
    return measuredUnits.map(({ parameter, removed: value }, i) => {
      const { mean: drop, standardError } = pairedDifference(
        full,
        objectScores(evaluations[i] as Evaluation[], { prompt, mask }),
      );
      return {
        parameter,
        removed: value,
        meanIou: fullIou - drop,
        drop,
        ...(standardError !== undefined && { standardError }),
        encoderParameters:
          parameterCount(encoder, subnetOf(encoder, removed)) - parameterCount(encoder, subnets[i] as Subnet),
      };
    });
  };
  const removals = method === 'greedy' ? await greedyRemovals(encoder, units, measure) : await measure({}, units);
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

/** Drop of mean IoU beyond which no network is worth searching: what is left is not taken out any more. */
const RUINED = 0.2;

/**
 * Takes out the least harmful unit, measures the rest without it, and so on; every unit with the drop against the full network at its
 * turn. Once the least harmful would cost more than 0.2 the rest keep the drops of that round, in their order.
 */
export async function greedyRemovals(
  encoder: Encoder,
  units: readonly RemovableUnit[],
  measure: MeasureRemovals,
): Promise<Removal[]> {
  const removals: Removal[] = [];
  let removed: Configuration = {};
  let left = units;
  while (left.length > 0) {
    const round = await measure(removed, left);
    const least = round.reduce((best, each) => (each.drop < best.drop ? each : best));
    if (least.drop > RUINED) return [...removals, ...round.sort((a, b) => a.drop - b.drop)];
    removed = { ...removed, [least.parameter]: least.removed };
    const now = `${subnetOf(encoder, removed)}`;
    // A layer takes its branches along, and its last branch the layer.
    const along = left.filter(
      ({ parameter, removed: value }) => `${subnetOf(encoder, { ...removed, [parameter]: value })}` === now,
    );
    removals.push(
      least,
      ...along
        .filter(({ parameter }) => parameter !== least.parameter)
        .map((unit) => ({ ...least, ...unit, encoderParameters: 0 })),
    );
    left = left.filter((unit) => !along.includes(unit));
  }
  return removals;
}

/** Ranks every unit that can be removed by the mean absolute weight of its matrices and kernels (Li et al., 2017), without any image. */
export function rankByMagnitude(encoder: Encoder, weights: Weights): MagnitudeRanking {
  const full = parameterCount(encoder, fullSubnet(encoder));
  return {
    format: 1,
    method: 'magnitude',
    inputSize: encoder.inputSize,
    removals: removableUnits(encoder).map(({ parameter, removed }) => {
      const names = encoder.pieces
        .filter(({ gate, width }) => gate === parameter || width === parameter)
        .flatMap(({ tensors }) => tensors)
        .filter((name) => name.endsWith('.weight'));
      return {
        parameter,
        removed,
        magnitude: meanAbsolute(names.flatMap((name) => weights.get(name) ?? [])),
        encoderParameters: full - parameterCount(encoder, subnetOf(encoder, { [parameter]: removed })),
      };
    }),
  };
}

function meanAbsolute(tensors: readonly { readonly shape: readonly number[]; readonly data: Float32Array }[]): number {
  let [sum, count] = [0, 0];
  for (const { shape, data } of tensors) {
    if (shape.length < 2) continue;
    for (const value of data) sum += Math.abs(value);
    count += data.length;
  }
  return count === 0 ? 0 : sum / count;
}
