import { createHash } from 'node:crypto';
import { mean } from 'simple-statistics';
import type { LongRunning } from '../../base/progress.js';
import { DataError, InterruptedError } from '../../errors.js';
import { type Dataset, loadOrSkip } from '../data/dataset.js';
import type { LabelledImage, LabelledObject } from '../data/labelled-image.js';
import { prepareImage } from '../data/prepare-image.js';
import { createPrompts, type PromptKind } from '../data/prompts.js';
import type { Subnet } from '../model/network.js';
import type { InputFormat, PreparedImage, PromptBatch, Segmenter } from '../model/segmentation.js';
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

const MIN_AREA = 16;
/** Images that go through the encoder together, fewer of them where their activations would need gigabytes. */
const BATCH = 8;
const BATCH_PIXELS = BATCH * 448 ** 2;

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
  for (const name of dataset.names) {
    const image = await loadOrSkip(dataset, name);
    if (image === undefined) continue;
    const objects = image.objects
      .filter(({ area }) => area >= minArea)
      .sort((a, b) => b.area - a.area || a.id - b.id)
      .slice(0, options.maxObjects);
    if (objects.length > 0) images.push({ image, prepared: await prepareImage(image, options), objects });
  }
  if (images.length === 0) {
    throw new DataError(
      'DATA_EMPTY',
      `no image of ${dataset.folder} (${dataset.split}) has an object of ${minArea} pixels or more`,
    );
  }
  const { inputSize, pixelMean, pixelStd, prompts, maxObjects } = options;
  // Padding is what sets were made with before there was a choice; their hashes stay.
  const resize = options.resize === 'squash' ? ['squash'] : [];
  return seeds.map((seed) => {
    const identity = [dataset.hash, inputSize, pixelMean, pixelStd, prompts, seed, maxObjects, minArea, ...resize];
    return {
      hash: createHash('sha256').update(JSON.stringify(identity)).digest('hex'),
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
  running: LongRunning = {},
): Promise<Evaluation> {
  const [evaluation] = await evaluateAll(segmenter, subnet, [set], running);
  return evaluation as Evaluation;
}

/** Scores one subnet on sets of `prepareEvaluations`, every image embedded once. */
export async function evaluateAll(
  segmenter: Segmenter,
  subnet: Subnet,
  sets: readonly EvaluationSet[],
  { onProgress, signal }: LongRunning = {},
): Promise<Evaluation[]> {
  const scores = sets.map(() => new Map<PromptKind, ObjectScore[]>());
  const images = sets[0]?.items ?? [];
  const step = Math.max(1, Math.min(BATCH, Math.floor(BATCH_PIXELS / segmenter.inputSize ** 2)));
  for (let start = 0; start < images.length; start += step) {
    const embeddings = await segmenter.embed(
      images.slice(start, start + step).map(({ prepared }) => prepared),
      subnet,
    );
    for (const [i, embedding] of embeddings.entries()) {
      if (signal?.aborted) throw new InterruptedError();
      for (const [which, set] of sets.entries()) {
        const { image, prepared, objects, prompts } = set.items[start + i] as EvaluationItem;
        for (const { kind, batch } of prompts) {
          const own = scoreMasks(await segmenter.decode(embedding, batch), image, prepared, objects);
          scores[which]?.set(kind, [...(scores[which]?.get(kind) ?? []), ...own]);
        }
      }
      onProgress?.(start + i + 1, images.length);
    }
  }
  return scores.map((kinds) =>
    Object.fromEntries([...kinds].map(([kind, perObject]) => [kind, summarise(perObject, images.length)])),
  );
}

/** The number a study optimises: the mean over the prompt kinds that were measured, or one of them. */
export function meanIou(
  evaluation: Evaluation,
  { prompt, mask }: { readonly prompt: PromptKind | 'both'; readonly mask: MaskChoice },
): number {
  const kinds: readonly PromptKind[] = prompt === 'both' ? ['box', 'point'] : [prompt];
  const values = kinds.flatMap((kind) => evaluation[kind]?.[mask] ?? []);
  if (values.length < kinds.length) throw new DataError('DATA_PROMPTS', `the evaluation has no ${prompt} prompts`);
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
