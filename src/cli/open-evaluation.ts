import { type Command, InvalidArgumentError, Option } from 'commander';
import { openDataset, type Split } from '../supernet/data/dataset.js';
import type { PromptKind } from '../supernet/data/prompts.js';
import { type EvaluationSet, type MaskChoice, prepareEvaluations } from '../supernet/method/evaluate.js';
import { createEncoder, inputFormat } from '../supernet/model/description.js';
import { type Model, readModel } from '../supernet/model/model-folder.js';
import type { Encoder } from '../supernet/model/network.js';
import type { Segmenter } from '../supernet/model/segmentation.js';
import { createOnnxSegmenter } from '../supernet/run-onnx/segmenter.js';
import { parseSize } from './commands/convert.js';
import { dataOption } from './data-option.js';
import { addDataOptions, type DataCommandOptions, datasetOptions } from './dataset-options.js';

/** What every command that scores a network on a data set takes. */
export interface EvaluationCommandOptions extends DataCommandOptions {
  readonly model: string;
  readonly data: string;
  readonly split: Split;
  readonly prompts: readonly PromptKind[];
  readonly inputSize?: number;
  readonly maxObjects: number;
  readonly seed: number;
  /** Several in place of the one. */
  readonly seeds?: readonly number[];
}

export interface OpenEvaluation {
  readonly model: Model;
  readonly encoder: Encoder;
  /** Of the first seed. */
  readonly set: EvaluationSet;
  /** Of every seed, of the same images. */
  readonly sets: readonly [EvaluationSet, ...EvaluationSet[]];
  readonly seeds: readonly number[];
  readonly segmenter: Segmenter;
}

const KINDS: readonly string[] = ['box', 'point', 'random'] satisfies readonly PromptKind[];

export function addEvaluationOptions(
  command: Command,
  defaults: { readonly split: Split; readonly images?: number; readonly mostInput?: number },
): Command {
  const { mostInput } = defaults;
  const own = mostInput === undefined ? "the model's" : `the model's, at most ${mostInput}`;
  const images = new Option('--images <number>', 'first images of the split').argParser(parseCount);
  return addDataOptions(command)
    .requiredOption('-m, --model <folder>', 'model folder')
    .addOption(dataOption('data set'))
    .addOption(new Option('--split <split>').choices(['train', 'val', 'test']).default(defaults.split))
    .option('--prompts <kinds>', 'box, point, both (box,point) or random', parsePrompts, ['box', 'point'])
    .option('--input-size <pixels>', `side of the square input (default: ${own})`, parseSize)
    .addOption(defaults.images === undefined ? images.default(undefined, 'all') : images.default(defaults.images))
    .option('--max-objects <number>', 'largest objects of an image that are scored', parseCount, 8)
    .option('--seed <number>', 'fixes the prompts', parseSeed, 1);
}

export const maskOption = (): Option =>
  new Option('--mask <choice>', 'the single mask, the one of best predicted IoU or the best of three')
    .choices(['single', 'predicted', 'oracle'] satisfies MaskChoice[])
    .default('single');

/**
 * The caller closes the segmenter.
 * @param mostInput what the model's own input size is brought down to where it is larger and none was asked for
 */
export async function openEvaluation(
  options: EvaluationCommandOptions,
  mostInput = Number.POSITIVE_INFINITY,
): Promise<OpenEvaluation> {
  const model = await readModel(options.model);
  const encoder = createEncoder(
    model.description,
    options.inputSize ?? Math.min(model.description.inputSize, mostInput),
  );
  const dataset = await openDataset(options.data, options.split, datasetOptions(options));
  const { prompts, seeds = [options.seed], maxObjects, minArea } = options;
  const format = inputFormat(model.description, encoder.inputSize);
  const area = minArea === undefined ? {} : { minArea };
  const sets = await prepareEvaluations(dataset, { ...format, prompts, maxObjects, ...area }, seeds);
  const [set, ...others] = sets as [EvaluationSet, ...EvaluationSet[]];
  return { model, encoder, set, sets: [set, ...others], seeds, segmenter: await createOnnxSegmenter(model, encoder) };
}

function parsePrompts(text: string): readonly PromptKind[] {
  const kinds = [...new Set((text === 'both' ? 'box,point' : text).split(',').map((kind) => kind.trim()))];
  if (!kinds.every((kind) => KINDS.includes(kind)) || (kinds.length > 1 && kinds.includes('random')))
    throw new InvalidArgumentError('Give box, point, both or random.');
  return kinds as PromptKind[];
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}

function parseSeed(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('Give a whole number.');
  return value;
}
