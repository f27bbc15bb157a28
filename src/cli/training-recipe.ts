import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Schedule, schedules } from '../supernet/train/adamw.js';
import { type Augmentation, augmentationKinds } from '../supernet/train/augment.js';
import { type MaskLossKind, maskLossKinds } from '../supernet/train/mask-loss.js';
import {
  type SandwichKind,
  sandwichKinds,
  type TrainablePart,
  type TrainingRecipe,
  trainableParts,
  trainingDefaults,
  trainingRecipe,
} from '../supernet/train/training-options.js';
import { readCount, readNatural, readNonNegative, readPositive } from './read-number.js';

/** The options of `addRecipeOptions` as commander gives them. */
export interface RecipeCommandOptions {
  readonly batch: number;
  readonly accumulate: number;
  readonly sandwich: SandwichKind;
  readonly random: number;
  readonly medium: number;
  readonly distill?: boolean;
  readonly trainable: TrainablePart;
  readonly loss: MaskLossKind;
  readonly iouLoss: boolean;
  readonly rate: number;
  readonly schedule?: Schedule;
  readonly warmUp?: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly evaluateEvery: number;
  readonly patience: number;
  readonly augment: readonly Augmentation[];
  readonly prioritizeEvery: number;
}

const AUTHORS = `
The SuperSAM authors' own recipe for SA-1B, for comparison (steps for 5 epochs of 400 images):
  --sandwich sequential --loss focal-dice --no-iou-loss --rate 1e-5
  --weight-decay 0 --clip-norm 0 --augment none --batch 8 --steps 250`;

/** The options that say how training goes; their defaults are the recipe that quickstart and full use. */
export function addRecipeOptions(command: Command): Command {
  const { batch, accumulate, randomSubnets, mediumSubnets, rate, weightDecay, clipNorm, patience } = trainingDefaults;
  return command
    .optionsGroup('Batches:')
    .option('--batch <number>', 'images that go through the network together', readCount, batch)
    .option(
      '--accumulate <number>',
      'batches whose gradients make one step: more images than memory holds',
      readCount,
      accumulate,
    )
    .addOption(
      new Option('--augment <kinds>', `changes of every image: any of ${augmentationKinds.join(',')}, or none`)
        .argParser(readAugmentations)
        .default(trainingDefaults.augmentations, trainingDefaults.augmentations.join(',')),
    )
    .optionsGroup('Sandwich (which subnets a step trains):')
    .addOption(
      new Option(
        '--sandwich <kind>',
        'accumulated: one step from the sum of all gradients; sequential: a step after each subnet, with fresh moments',
      )
        .choices(sandwichKinds)
        .default(trainingDefaults.sandwich),
    )
    .option('--random <number>', "subnets drawn from the space's probabilities", readNatural, randomSubnets)
    .option('--medium <number>', 'drawn subnets of about the middle size', readNatural, mediumSubnets)
    .option('--distill', "let the largest's soft masks, not the truth, be what the other subnets learn")
    .option(
      '--prioritize-every <epochs>',
      "sort hidden units anew after so many epochs, by the model's own measure; 0: never",
      readNatural,
      trainingDefaults.prioritizeEvery,
    )
    .addOption(
      new Option('--trainable <part>', 'what training changes; stem and prompt encoder never')
        .choices(trainableParts)
        .default(trainingDefaults.trainable),
    )
    .optionsGroup('Loss:')
    .addOption(
      new Option('--loss <kind>', 'Dice; Dice + 20 focal; 0.95 focal + 0.05 Dice')
        .choices(maskLossKinds)
        .default(trainingDefaults.loss),
    )
    .option('--no-iou-loss', 'leave the head that predicts IoUs out of the loss')
    .optionsGroup('Optimizer (AdamW):')
    .option('--rate <number>', 'peak learning rate', readPositive, rate)
    .addOption(
      new Option('--schedule <kind>', 'after the warm-up: down to 0 or level')
        .choices(schedules)
        .default(undefined, 'cosine; constant for --sandwich sequential'),
    )
    .addOption(
      new Option('--warm-up <steps>', 'steps up to the peak rate, at most half of them')
        .argParser(readNatural)
        .default(undefined, `${trainingDefaults.warmUp}; 0 for --sandwich sequential`),
    )
    .option('--weight-decay <number>', 'of matrices and kernels', readNonNegative, weightDecay)
    .option('--clip-norm <number>', 'largest norm of the gradient; 0: as it is', readNonNegative, clipNorm)
    .optionsGroup('Validation:')
    .option('--evaluate-every <steps>', 'score three subnets on val', readCount, trainingDefaults.evaluateEvery)
    .option(
      '--patience <evaluations>',
      'stop after so many without a better score and write the best weights, not the last; 0: never',
      readNatural,
      patience,
    )
    .optionsGroup('Options:')
    .addHelpText('after', AUTHORS);
}

/** What training takes; `trainingRecipe` has what was left out. */
export const recipeOf = ({ random, medium, augment, distill, ...named }: RecipeCommandOptions): TrainingRecipe =>
  trainingRecipe({
    ...named,
    ...{ randomSubnets: random, mediumSubnets: medium, augmentations: augment, distill: distill === true },
  });

function readAugmentations(text: string): readonly Augmentation[] {
  if (text === 'none') return [];
  const named = text.split(',').map((kind) => kind.trim());
  const kinds = augmentationKinds.filter((kind) => named.includes(kind));
  if (kinds.length === named.length) return kinds;
  throw new InvalidArgumentError(`Give any of ${augmentationKinds.join(',')}, or none.`);
}
