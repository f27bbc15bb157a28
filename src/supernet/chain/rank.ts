import type { LongRunning } from '../../base/progress.js';
import type { MaskChoice } from '../method/evaluate.js';
import { rankByMagnitude, rankPieces } from '../method/rank.js';
import type { Ranking, RankMethod } from '../method/ranking.js';
import { createEncoder } from '../model/description.js';
import { type Provider, requireProvider } from '../run-onnx/provider.js';
import { createOnnxSegmenter, TOGETHER_CACHE_MEGABYTES } from '../run-onnx/segmenter.js';
import { type ModelSource, openModel, openScoring, type ScoringOptions } from './inputs.js';

export interface RankOptions extends ScoringOptions, LongRunning {
  /** Default `leave-one-out`. */
  readonly method?: RankMethod | undefined;
  /** Default the single mask. */
  readonly mask?: MaskChoice | undefined;
  /** What ONNX Runtime computes with. Default: the CPU. */
  readonly provider?: Provider | undefined;
  /** Prompt seeds to average over, in place of the one. */
  readonly seeds?: readonly number[] | undefined;
}

/** A network made for 1024 pixels is ranked at 448, for a fifth of the arithmetic; one made for fewer at its own size. */
export const MOST_RANKING_INPUT = 448;
export const RANKING_IMAGES = 12;

/**
 * How much every removable part of an encoder matters: by default the drop of mean IoU without it on 12 training images, at
 * the model's input size or 448 where that is less.
 * @throws BackendError for a provider that does not work here; DataError for data that cannot be used; InterruptedError
 */
export async function rank(source: ModelSource, options: RankOptions = {}): Promise<Ranking> {
  const { method, mask = 'single', split = 'train', images = RANKING_IMAGES, seed = 1, seeds = [seed] } = options;
  const model = await openModel(source);
  const { description, weights } = model;
  const { provider = 'cpu' } = options;
  if (method === 'magnitude') return rankByMagnitude(createEncoder(description, options.inputSize), weights);
  await requireProvider(provider);
  const inputSize = options.inputSize ?? Math.min(description.inputSize, MOST_RANKING_INPUT);
  const { encoder, sets } = await openScoring(model, { ...options, split, images, inputSize }, seeds);
  const [prompt = 'both', second] = options.prompts ?? [];
  const segmenter = await createOnnxSegmenter(model, encoder, { cacheMegabytes: TOGETHER_CACHE_MEGABYTES, provider });
  try {
    return await rankPieces(segmenter, encoder, sets, {
      ...options,
      ...{ mask, seeds, method: method ?? 'leave-one-out' },
      prompt: second === undefined ? prompt : 'both',
    });
  } finally {
    await segmenter.close();
  }
}
