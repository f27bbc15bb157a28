import { type Command, Option } from 'commander';
import { loadOrSkip, openDataset } from '../../supernet/data/dataset.js';
import { prepareImage } from '../../supernet/data/prepare-image.js';
import { PRIORITIZATIONS, type Prioritization, prioritize } from '../../supernet/method/prioritize.js';
import { createEncoder, inputFormat } from '../../supernet/model/description.js';
import { readModel, writeModel } from '../../supernet/model/model-folder.js';
import type { PreparedImage } from '../../supernet/model/segmentation.js';
import { loadBackend } from '../../supernet/run-tfjs/backend.js';
import { dataOption } from '../data-option.js';
import { addStrictOption, type DataCommandOptions, datasetOptions } from '../dataset-options.js';
import { interruptible } from '../interruptible.js';
import { note, print, withProgress } from '../terminal.js';
import { parseSize } from './convert.js';

interface Options extends DataCommandOptions {
  readonly data: string;
  readonly output: string;
  readonly kind: Prioritization;
  readonly images: number;
  readonly seed: number;
  readonly inputSize?: number;
}

export function registerPrioritize(program: Command): void {
  const command = program
    .command('prioritize <model>')
    .description(
      'sort the MLP channels and attention heads of a network by importance, so that a subnet takes the leading ones',
    )
    .addOption(dataOption('calibration images: its training split'))
    .requiredOption('-o, --output <folder>', 'model folder to write')
    .addOption(new Option('--kind <kind>', 'measure of importance').choices(PRIORITIZATIONS).default('wanda'))
    .option('--images <number>', 'calibration images', parseSize, 16)
    .option('--seed <number>', 'for --kind random', Number, 1)
    .option('--input-size <pixels>', "side of the square input (default: the model's)", parseSize);
  addStrictOption(command).action(async (folder: string, options: Options) => {
    const model = await readModel(folder);
    const inputSize = options.inputSize ?? model.description.inputSize;
    const encoder = createEncoder(model.description, inputSize);
    const backend = await loadBackend();
    note(`computing with ${backend.description}`);
    const sorted = await interruptible((signal) =>
      withProgress('prioritize', async (onProgress) => {
        const images: PreparedImage[] = [];
        if (options.kind === 'wanda') {
          const dataset = await openDataset(options.data, 'train', datasetOptions(options));
          for (const name of dataset.names) {
            const image = await loadOrSkip(dataset, name);
            if (image !== undefined) images.push(await prepareImage(image, inputFormat(model.description, inputSize)));
          }
        }
        return prioritize(model, encoder, images, backend.tf, options, { onProgress, signal });
      }),
    );
    await writeModel(options.output, sorted);
    print(`${options.output}: hidden units in ${options.kind} order`);
  });
}
