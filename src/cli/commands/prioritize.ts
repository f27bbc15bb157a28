import { type Command, Option } from 'commander';
import { prioritize } from '../../supernet/chain/prioritize.js';
import { CALIBRATION_IMAGES, PRIORITIZATIONS, type Prioritization } from '../../supernet/method/prioritize.js';
import { loadBackend } from '../../supernet/run-tfjs/backend.js';
import { addStrictOption, type DataCommandOptions, dataOption, readingOf } from '../dataset-options.js';
import { interruptible } from '../interruptible.js';
import { addForceOption, checkOutputFolder } from '../output.js';
import { readCount, readSeed, readSize } from '../read-number.js';
import { note, print, withProgress } from '../terminal.js';

interface Options extends DataCommandOptions {
  readonly data: string;
  readonly output: string;
  readonly force: boolean;
  readonly kind: Prioritization;
  readonly images: number;
  readonly seed: number;
  readonly inputSize?: number;
}

export function definePrioritize(command: Command): void {
  command
    .argument('<model>')
    .addOption(dataOption('calibration images: its training split'))
    .requiredOption('-o, --output <folder>', 'model folder to write')
    .addOption(new Option('--kind <kind>', 'measure of importance').choices(PRIORITIZATIONS).default('wanda'))
    .option('--images <number>', 'calibration images', readCount, CALIBRATION_IMAGES)
    .option('--seed <number>', 'for --kind random', readSeed, 1)
    .option('--input-size <pixels>', "side of the square input (default: the model's)", readSize);
  addForceOption(addStrictOption(command)).action(async (model: string, options: Options) => {
    const { output, force, kind, seed, inputSize } = options;
    checkOutputFolder(output, { inputs: [model, options.data], force });
    const backend = await loadBackend();
    note(`computing with ${backend.description}`);
    await interruptible((signal) =>
      withProgress('prioritize', (onProgress) =>
        prioritize(model, { ...readingOf(options), output, kind, seed, inputSize, backend, onProgress, signal }),
      ),
    );
    print(`${output}: hidden units in ${kind} order`);
  });
}
