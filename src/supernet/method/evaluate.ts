import { mean } from 'simple-statistics';
import { letGo } from '../../base/let-go.js';
import type { LongRunning } from '../../base/progress.js';
import { sha256 } from '../../base/sha256.js';
import { DataError, InterruptedError } from '../../errors.js';
import { type Dataset, loadOrSkip } from '../data/dataset.js';
import type { LabelledImage, LabelledObject } from '../data/labelled-image.js';
import { prepareImage } from '../data/prepare-image.js';
import { createPrompts, type PromptKind } from '../data/prompts.js';
import type { Subnet } from '../model/network.js';
import type { Embedding, InputFormat, PreparedImage, PromptBatch, Segmenter } from '../model/segmentation.js';
import { type ObjectScore, scoreMasks } from './score-masks.js';

export interface EvaluationOptions extends InputFormat {
  readonly prompts: readonly PromptKind[];
  readonly seed: number;
  /** The largest objects of an image that are scored. */
  readonly maxObjects: number;
  /** Objects of fewer pixels are left out. */
  readonly minArea?: number;
}

/** Images and prompts that every subnet is measured on, the same for all of them. */
export interface EvaluationSet {
  /** Of the data, the input format, the prompts and the seed. */
  readonly hash: string;
  readonly items: readonly EvaluationItem[];
}

export interface EvaluationItem {
  readonly image: LabelledImage;
  readonly prepared: PreparedImage;
  readonly objects: readonly LabelledObject[];
  readonly prompts: readonly { readonly kind: PromptKind; readonly batch: PromptBatch }[];
}

export interface PromptEvaluation {
  readonly images: number;
  readonly objects: number;
  /** Means over objects. */
  readonly single: number;
  readonly predicted: number;
  readonly oracle: number;
  readonly perObject: readonly ObjectScore[];
}

export type Evaluation = { readonly [prompt in PromptKind]?: PromptEvaluation };
export type MaskChoice = 'single' | 'predicted' | 'oracle';

export interface EvaluationRun extends LongRunning {
  /** The one choice that is wanted; the others, which take most of the scoring, are then NaN. */
  readonly mask?: MaskChoice;
}

const MIN_AREA = 16;

export async function prepareEvaluation(dataset: Dataset, options: EvaluationOptions): Promise<EvaluationSet> {
  const [set] = await prepareEvaluations(dataset, options, [options.seed]);
  return set as EvaluationSet;
}

/** One set a prompt seed; all share the prepared images, and a subnet's embeddings of them serve all sets. */
export async function prepareEvaluations(
  dataset: Dataset,
  options: Omit<EvaluationOptions, 'seed'>,
  seeds: readonly number[],
): Promise<EvaluationSet[]> {
  const { minArea = MIN_AREA } = options;
  const images: Omit<EvaluationItem, 'prompts'>[] = [];
  let leftOut = 0;
  for (const name of dataset.names) {
    const image = await loadOrSkip(dataset, name);
    if (image === undefined) {
      leftOut++;
      continue;
    }
    const objects = image.objects
      .filter(({ area }) => area >= minArea)
      .sort((a, b) => b.area - a.area || a.id - b.id)
      .slice(0, options.maxObjects);
    if (objects.length > 0) images.push({ image, prepared: await prepareImage(image, options), objects });
    else
      dataset.onBare?.(
        name,
        image.objects.length > 0 ? `it has no object of ${minArea} pixels or more` : 'it has no object',
      );
  }
  if (images.length === 0) {
    const { folder, split, names } = dataset;
    const small = names.length - leftOut;
    const reasons = [
      ...(leftOut > 0 ? [`${leftOut} cannot be used`] : []),
      ...(small > 0 ? [`${small} have no object of ${minArea} pixels or more`] : []),
    ];
    throw new DataError(
      'DATA_EMPTY',
      `no image of ${folder} (${split}) can be scored: of ${names.length}, ${reasons.join(', ')}`,
      {
        remedy:
          small > 0
            ? `name images with larger objects in ${folder}/splits/${split}.txt`
            : `name other images in ${folder}/splits/${split}.txt; \`supersam data check ${folder}\` says what is wrong`,
      },
    );
  }
  const { inputSize, pixelMean, pixelStd, prompts, maxObjects } = options;
  // Padding is what sets were made with before there was a choice; their hashes stay.
  const resize = options.resize === 'squash' ? ['squash'] : [];
  return seeds.map((seed) => {
    const identity = [dataset.hash, inputSize, pixelMean, pixelStd, prompts, seed, maxObjects, minArea, ...resize];
    return {
      hash: sha256(JSON.stringify(identity)),
      items: images.map((item) => ({
        ...item,
        prompts: prompts.map((kind) => ({
          kind,
          batch: createPrompts(item.image, item.prepared, item.objects, kind, seed),
        })),
      })),
    };
  });
}

/** Scores one subnet on every prompt of the set. */
export async function evaluate(
  segmenter: Segmenter,
  subnet: Subnet,
  set: EvaluationSet,
  running: EvaluationRun = {},
): Promise<Evaluation> {
  const [evaluation] = await evaluateAll(segmenter, subnet, [set], running);
  return evaluation as Evaluation;
}

/** Scores one subnet on sets of `prepareEvaluations`, every image embedded once. */
export async function evaluateAll(
  segmenter: Segmenter,
  subnet: Subnet,
  sets: readonly EvaluationSet[],
  running: EvaluationRun = {},
): Promise<Evaluation[]> {
  const [evaluations] = await evaluateSubnets(segmenter, [subnet], sets, running);
  return evaluations as Evaluation[];
}

/**
 * Scores subnets that are known together: image after image and subnets that begin alike one after the other, so that what they share
 * runs once and need not be remembered for long. Progress counts images of every subnet.
 * @returns one evaluation a set for every subnet
 */
export async function evaluateSubnets(
  segmenter: Segmenter,
  subnets: readonly Subnet[],
  sets: readonly EvaluationSet[],
  { mask, onProgress, signal }: EvaluationRun = {},
): Promise<Evaluation[][]> {
  const images = sets[0]?.items.length ?? 0;
  const order = subnets.map((_, i) => i).sort((a, b) => compareSubnets(subnets[a] as Subnet, subnets[b] as Subnet));
  let done = 0;
  const scoreImage = async (index: number): Promise<ImageScores[]> => {
    const scores: ImageScores[] = [];
    for (const which of order) {
      if (signal?.aborted) throw new InterruptedError();
      const items = sets.map(({ items }) => items[index] as EvaluationItem);
      scores[which] = await scoreItems(segmenter, subnets[which] as Subnet, items, mask);
      onProgress?.(++done, images * subnets.length);
    }
    return scores;
  };
  // One image more than are worked on, so that masks are scored meanwhile.
  const byImage = await mapInFlight(images, segmenter.workers + 1, scoreImage);
  return subnets.map((_, which) =>
    sets.map((set, s) => {
      const kinds = set.items[0]?.prompts ?? [];
      const perKind = kinds.map(({ kind }, k) => [kind, byImage.flatMap((scores) => scores[which]?.[s]?.[k] ?? [])]);
      return Object.fromEntries(perKind.map(([kind, all]) => [kind, summarise(all as ObjectScore[], images)]));
    }),
  );
}

/** Of one image: by set, then by kind of prompt. */
type ImageScores = readonly (readonly (readonly ObjectScore[])[])[];

async function scoreItems(
  segmenter: Segmenter,
  subnet: Subnet,
  items: readonly EvaluationItem[],
  mask?: MaskChoice,
): Promise<ImageScores> {
  const [first] = items;
  const [embedding] = await segmenter.embed(first === undefined ? [] : [first.prepared], subnet);
  return Promise.all(
    items.map(({ image, prepared, objects, prompts }) =>
      Promise.all(
        prompts.map(async ({ batch }) => {
          const prediction = await segmenter.decode(embedding as Embedding, batch);
          const scores = scoreMasks(prediction, image, prepared, objects, mask);
          letGo([prediction.logits]);
          return scores;
        }),
      ),
    ),
  );
}

/** Subnets that begin alike come after one another. */
function compareSubnets(a: Subnet, b: Subnet): number {
  const at = a.findIndex((size, i) => size !== b[i]);
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
}

/** Results by index, at most `most` calls at once. The first fault ends it. */
async function mapInFlight<T>(count: number, most: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  let failed = false;
  const work = async () => {
    while (next < count && !failed) {
      const index = next++;
      try {
        results[index] = await run(index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await settled(Array.from({ length: Math.min(most, count) }, work));
  return results;
}

/** Waits for all, so that nothing goes on behind whoever catches what one of them throws. */
async function settled(promises: readonly Promise<void>[]): Promise<void> {
  const fault = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (fault?.status === 'rejected') throw fault.reason;
}

export const withoutPrompts = (prompt: PromptKind | 'both'): DataError =>
  new DataError('DATA_PROMPTS', `the evaluation has no ${prompt} prompts`, {
    remedy: 'evaluate with the prompts asked for',
  });

/** The number a study optimises: the mean over the prompt kinds that were measured, or one of them. */
export function meanIou(
  evaluation: Evaluation,
  { prompt, mask }: { readonly prompt: PromptKind | 'both'; readonly mask: MaskChoice },
): number {
  const kinds: readonly PromptKind[] = prompt === 'both' ? ['box', 'point'] : [prompt];
  const values = kinds.flatMap((kind) => evaluation[kind]?.[mask] ?? []);
  if (values.length < kinds.length) throw withoutPrompts(prompt);
  return mean(values);
}

function summarise(perObject: readonly ObjectScore[], images: number): PromptEvaluation {
  const average = (mask: MaskChoice) => mean(perObject.map((score) => score[mask]));
  return {
    images,
    objects: perObject.length,
    single: average('single'),
    predicted: average('predicted'),
    oracle: average('oracle'),
    perObject,
  };
}
