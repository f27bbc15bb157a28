import { type Command, Option } from 'commander';
import { TRAINING_STEPS, train } from '../../supernet/chain/train.js';
import { describeMemory } from '../../supernet/train/training-memory.js';
import type { TrainingOptions } from '../../supernet/train/training-options.js';
import { type BackendChoice, backendOption, chosenBackend } from '../backend-option.js';
import { addDataOptions, type DataCommandOptions, dataOption, readingOf } from '../dataset-options.js';
import { interruptible } from '../interruptible.js';
import { checkOutputFolder } from '../output.js';
import { readCount, readSeed, readSize, readWorkers } from '../read-number.js';
import { note, print, withProgress } from '../terminal.js';
import { addRecipeOptions, type RecipeCommandOptions, recipeOf } from '../training-recipe.js';

interface Options
  extends Pick<TrainingOptions, 'steps' | 'seed' | 'mode' | 'output'>,
    RecipeCommandOptions,
    DataCommandOptions {
  readonly model: string;
  readonly space?: string;
  readonly data: string;
  readonly inputSize?: number;
  readonly backend: BackendChoice;
  readonly workers?: number;
}

export function defineTrain(command: Command): void {
  command
    .requiredOption('-m, --model <folder>', 'prioritized model folder')
    .option('-s, --space <name or file>', 'search space whose subnets are trained (not needed with --mode full-only)')
    .addOption(dataOption('data set: trains on its train split, scores on val'))
    .requiredOption('-o, --output <folder>', 'model folder to write, with checkpoint, training.csv and training.db')
    .option('--input-size <pixels>', "side of the square input (default: the model's)", readSize)
    .option('--steps <number>', 'training steps', readCount, TRAINING_STEPS)
    .addOption(backendOption('auto'))
    .option('--workers <number>', 'threads, at most one an image (default: one a core)', readWorkers)
    .option('--seed <number>', 'fixes images, prompts and subnets', readSeed, 1)
    .addOption(
      new Option(
        '--mode <mode>',
        'the supernet, or the whole network alone: a control, or the last steps of an extracted subnet',
      )
        .choices(['sandwich', 'full-only'])
        .default('sandwich'),
    );
  addRecipeOptions(addDataOptions(command))
    .addHelpText('after', '\nRun it again after Ctrl-C or a crash: it goes on where it was.')
    .action(run);
}

/** Of which every folder that training began has one. */
const OWN = ['training.csv', 'training.json', 'checkpoint.safetensors', 'lock.json'];

async function run(options: Options): Promise<void> {
  const { model, space, output, steps, seed, mode, inputSize, workers } = options;
  checkOutputFolder(output, { inputs: [model, options.data, space], own: OWN });
  const backend = await chosenBackend(options.backend);
  note(`training on ${backend.description}`);
  await interruptible((signal) =>
    withProgress('train', (onProgress) =>
      train(model, {
        ...{ ...readingOf(options), ...recipeOf(options), space, output, steps, seed, mode, inputSize, workers },
        ...{ backend, onProgress, signal },
        onMemory: (memory) => note(`expected to take ${describeMemory(memory)}`),
      }),
    ),
  );
  print(
    `${output}: ${mode === 'sandwich' ? 'supernet' : 'full network'} after ${steps} steps; curves in training.csv and training.db`,
  );
}
