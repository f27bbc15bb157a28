import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ScoringOptions } from '../supernet/chain/inputs.js';
import type { Split } from '../supernet/data/dataset.js';
import type { PromptKind } from '../supernet/data/prompts.js';
import type { MaskChoice } from '../supernet/method/evaluate.js';
import { providers } from '../supernet/run-onnx/provider.js';
import { addDataOptions, type DataCommandOptions, dataOption, readingOf } from './dataset-options.js';
import { readCount, readSeed, readSize } from './read-number.js';

/** What every command that scores a network on a data set takes. */
export interface ScoringCommandOptions extends DataCommandOptions {
  readonly model: string;
  readonly data: string;
  readonly split: Split;
  readonly prompts: readonly PromptKind[];
  readonly inputSize?: number;
  readonly maxObjects: number;
  readonly seed: number;
}

const KINDS: readonly string[] = ['box', 'point', 'random'] satisfies readonly PromptKind[];

export function addScoringOptions(
  command: Command,
  defaults: { readonly split: Split; readonly images?: number; readonly mostInput?: number },
): Command {
  const { mostInput } = defaults;
  const own = mostInput === undefined ? "the model's" : `the model's, at most ${mostInput}`;
  const images = new Option('--images <number>', 'first images of the split').argParser(readCount);
  return addDataOptions(command)
    .requiredOption('-m, --model <folder>', 'model folder')
    .addOption(dataOption('data set'))
    .addOption(new Option('--split <split>').choices(['train', 'val', 'test']).default(defaults.split))
    .option('--prompts <kinds>', 'box, point, both (box,point) or random', parsePrompts, ['box', 'point'])
    .option('--input-size <pixels>', `side of the square input (default: ${own})`, readSize)
    .addOption(defaults.images === undefined ? images.default(undefined, 'all') : images.default(defaults.images))
    .option('--max-objects <number>', 'largest objects of an image that are scored', readCount, 8)
    .option('--seed <number>', 'fixes the prompts', readSeed, 1);
}

export const providerOption = (): Option =>
  new Option('--provider <name>', 'experimental: what ONNX Runtime computes with').choices(providers).default('cpu');

export const maskOption = (): Option =>
  new Option('--mask <choice>', 'the single mask, the one of best predicted IoU or the best of three')
    .choices(['single', 'predicted', 'oracle'] satisfies MaskChoice[])
    .default('single');

export const scoringOf = (options: ScoringCommandOptions): ScoringOptions => {
  const { split, prompts, inputSize, maxObjects, seed } = options;
  return { ...readingOf(options), split, prompts, inputSize, maxObjects, seed };
};

function parsePrompts(text: string): readonly PromptKind[] {
  const kinds = [...new Set((text === 'both' ? 'box,point' : text).split(',').map((kind) => kind.trim()))];
  if (!kinds.every((kind) => KINDS.includes(kind)) || (kinds.length > 1 && kinds.includes('random')))
    throw new InvalidArgumentError('Give box, point, both or random.');
  return kinds as PromptKind[];
}
