import { type Command, Option } from 'commander';
import type { SearchSpace } from '../../core/space.js';
import { UsageError } from '../../errors.js';
import { loadSpace } from '../../plugins/load-space.js';
import { compileSpace } from '../../search-space/compile-space.js';
import { openDataset } from '../../supernet/data/dataset.js';
import { prepareEvaluation } from '../../supernet/method/evaluate.js';
import { closedForms } from '../../supernet/model/closed-form.js';
import { createEncoder, inputFormat } from '../../supernet/model/description.js';
import { readModel } from '../../supernet/model/model-folder.js';
import { type Encoder, subnetOf } from '../../supernet/model/network.js';
import { checkSpace } from '../../supernet/oracle/check-parameters.js';
import { loadBackend } from '../../supernet/run-tfjs/backend.js';
import { checkMemory, describeMemory } from '../../supernet/train/memory/check-memory.js';
import { trainSupernet } from '../../supernet/train/train-supernet.js';
import type { TrainingOptions } from '../../supernet/train/training-options.js';
import { dataOption } from '../data-option.js';
import { addDataOptions, type DataCommandOptions, datasetOptions } from '../dataset-options.js';
import { interruptible } from '../interruptible.js';
import { NATIVE_HINT } from '../native-hint.js';
import { readCount, readNatural } from '../read-number.js';
import { note, print, withProgress } from '../terminal.js';
import { addRecipeOptions, type RecipeCommandOptions, recipeOf } from '../training-recipe.js';
import { parseSize } from './convert.js';

interface Options
  extends Pick<TrainingOptions, 'steps' | 'seed' | 'mode' | 'output'>,
    RecipeCommandOptions,
    DataCommandOptions {
  readonly model: string;
  readonly space?: string;
  readonly data: string;
  readonly inputSize?: number;
  readonly backend: 'auto' | 'wasm' | 'native';
  readonly workers?: number;
}

/** Scored for the curves: enough to see the trend, few enough to cost little beside the steps. */
const VALIDATION_IMAGES = 16;
const VALIDATION_OBJECTS = 6;

export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a supernet under the sandwich rule: its largest, its smallest and random subnets at every step')
    .requiredOption('-m, --model <folder>', 'prioritized model folder')
    .option('-s, --space <name or file>', 'search space whose subnets are trained (not needed with --mode full-only)')
    .addOption(dataOption('data set: trains on its train split, scores on val'))
    .requiredOption('-o, --output <folder>', 'model folder to write, with checkpoint, training.csv and training.db')
    .option('--input-size <pixels>', "side of the square input (default: the model's)", parseSize)
    .option('--steps <number>', 'training steps', readCount, 200)
    .addOption(new Option('--backend <name>', 'what trains').choices(['auto', 'wasm', 'native']).default('auto'))
    .option('--workers <number>', 'threads on wasm, at most one an image (default: one a core)', readCount)
    .option('--seed <number>', 'fixes images, prompts and subnets', readNatural, 1)
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
    .action(train);
}

async function train(options: Options): Promise<void> {
  const { output, steps, seed, mode, workers } = options;
  const model = await readModel(options.model);
  const inputSize = options.inputSize ?? model.description.inputSize;
  const encoder = createEncoder(model.description, inputSize);
  const space = await spaceOf(options, encoder);
  const { minArea } = options;
  const area = minArea === undefined ? {} : { minArea };
  const reading = datasetOptions(options);
  const dataset = await openDataset(options.data, 'train', { ...reading, ...area });
  const val = await openDataset(options.data, 'val', { ...reading, limit: VALIDATION_IMAGES });
  const validation = await prepareEvaluation(val, {
    ...area,
    ...inputFormat(model.description, inputSize),
    ...{ seed, prompts: ['box', 'point'], maxObjects: VALIDATION_OBJECTS },
  });
  const backend = await loadBackend(options.backend === 'auto' ? undefined : options.backend);
  note(`training on ${backend.description}`);
  if (backend.name === 'wasm') note(NATIVE_HINT);
  const recipe = recipeOf(options);
  const machine = { backend, ...(workers === undefined ? {} : { workers }) };
  note(`expected to take ${describeMemory(checkMemory(encoder, { ...recipe, ...machine }))}`);
  await interruptible((signal) =>
    withProgress('train', (onProgress) =>
      trainSupernet(
        {
          ...{ ...recipe, ...machine, model, space, dataset, validation, inputSize },
          ...{ output, steps, seed, mode },
        },
        { onProgress, signal },
      ),
    ),
  );
  print(
    `${output}: ${mode === 'sandwich' ? 'supernet' : 'full network'} after ${steps} steps; curves in training.csv and training.db`,
  );
}

/** The subnets to train; none where the whole network is trained alone and no space is given. */
async function spaceOf({ space: where, mode }: Options, encoder: Encoder): Promise<SearchSpace> {
  if (where === undefined) {
    if (mode === 'full-only') return compileSpace({ name: 'whole network', parameters: [] });
    throw new UsageError('a supernet needs a search space', {
      remedy: 'give --space, made by `supersam design`, or train the whole network alone with --mode full-only',
    });
  }
  const space = await loadSpace(where, {
    analyze: (configuration) => closedForms(encoder, subnetOf(encoder, configuration)),
  });
  checkSpace(encoder, space);
  return space;
}
