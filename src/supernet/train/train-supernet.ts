import { join } from 'node:path';
import { claimFolder } from '../../base/lock.js';
import type { LongRunning } from '../../base/progress.js';
import { InterruptedError, ModelError } from '../../errors.js';
import { parameterCount } from '../model/closed-form.js';
import { createEncoder, inputFormat } from '../model/description.js';
import { type Model, writeModel } from '../model/model-folder.js';
import { type Encoder, subnetOf } from '../model/network.js';
import { createMoments, learningRate } from './adamw.js';
import { flattenParameters, readCheckpoint, unflattenParameters, writeCheckpoint } from './flat-parameters.js';
import { trainableNames } from './image-gradient.js';
import { isReorderingDue, reprioritize } from './reprioritize.js';
import { evaluateSubnets, type SandwichMember, sandwich } from './sandwich.js';
import { createTrainer } from './trainer.js';
import { drawExample, type TrainingExample } from './training-example.js';
import { earlyStop, openTrainingLog, type TrainingLog } from './training-log.js';
import { checkMemory } from './training-memory.js';
import type { TrainingOptions } from './training-options.js';
import { checkSettings, keepSettings } from './training-settings.js';
import type { TrainedState } from './training-step.js';

/**
 * Trains under the sandwich rule: the gradients of all subnets and images of a step are summed into one AdamW step, or each subnet has
 * a step of its own. Stops and resumes exactly: everything random is drawn from (seed, step), and a checkpoint holds weights, moments
 * and step. Writes `training.csv` and `training.db`, and the trained model when it is done: the last weights, or with `patience` those
 * of the best evaluation (`best.safetensors`).
 * @throws InterruptedError after saving; ModelError when a loss or gradient is not finite, with the last good checkpoint kept;
 *   UsageError when the output folder belongs to other settings, another process works in it or settings exclude each other;
 *   SpaceError when the space varies the frozen stem; BackendError when less memory is free than training takes
 */
export async function trainSupernet(options: TrainingOptions, running: LongRunning = {}): Promise<Model> {
  const encoder = createEncoder(options.model.description, options.inputSize);
  checkSettings(options, encoder);
  checkMemory(encoder, options);
  const release = await claimFolder(options.output);
  try {
    await keepSettings(options);
    return await train(options, encoder, running);
  } finally {
    await release();
  }
}

async function train(options: TrainingOptions, encoder: Encoder, { onProgress, signal }: LongRunning): Promise<Model> {
  const { model, batch, steps, seed, patience, output, inputSize, loss, iouLoss, distill } = options;
  const flat = flattenParameters(model.weights, trainableNames(encoder, options.trainable));
  const moments = createMoments(flat.values.length);
  const checkpoint = join(output, 'checkpoint.safetensors');
  const best = join(output, 'best.safetensors');
  const first = (await readCheckpoint(checkpoint, flat, moments)) + 1;
  const log = await openTrainingLog(output, first - 1);
  const format = inputFormat(model.description, inputSize);
  const images = batch * options.accumulate;
  const state: TrainedState = { flat, moments };
  const trainer = createTrainer(
    options.backend,
    encoder,
    state,
    {
      ...{ description: model.description, inputSize, weights: model.weights, jobs: batch },
      loss: { loss, iouLoss, distill },
    },
    options.workers,
  );
  const keep = async (path: string, step: number) => {
    await trainer.fetch();
    await writeCheckpoint(path, flat, moments, step);
  };
  // The next step's images are made ready while the workers are busy with this one's.
  const draw = (step: number): Promise<TrainingExample[]> => {
    const positions = step > steps ? [] : Array.from({ length: images }, (_, position) => position);
    const examples = Promise.all(
      positions.map((position) =>
        drawExample(options.dataset, format, seed, step, images, position, options.augmentations),
      ),
    );
    // Whoever awaits it hears of a failure; a run that has ended by then does not.
    examples.catch(() => {});
    return examples;
  };
  let coming = draw(first);
  const mayGoOn = () => patience === 0 || earlyStop(log.rows()).waited < patience;
  try {
    for (let step = first; step <= steps && mayGoOn(); step++) {
      if (signal?.aborted) {
        await keep(checkpoint, step - 1);
        throw new InterruptedError();
      }
      if (isReorderingDue(options, step)) {
        await trainer.fetch();
        await reprioritize(options, encoder, flat, moments, step);
        trainer.load();
      }
      const members = membersOf(options, encoder, step);
      const subnets = members.map(({ configuration }) => subnetOf(encoder, configuration));
      const examples = await coming;
      coming = draw(step + 1);
      const rate = learningRate(step, steps, options.rate, options.warmUp, options.schedule);
      const { losses, norm } = await trainer.step(options, subnets, examples, rate, step);
      if (isEvaluationDue(options, step)) await trainer.fetch();
      await record(log, options, { step, rate, norm, losses, members, state });
      if (patience > 0 && earlyStop(log.rows()).bestStep === step) await keep(best, step);
      if (step % options.checkpointEvery === 0 || step === steps || !mayGoOn()) await keep(checkpoint, step);
      onProgress?.(step, steps, `loss ${losses.map((value) => value.toFixed(3)).join(' ')}`);
    }
    if (patience > 0) await takeBest(best, state, log);
  } finally {
    log.close();
    await trainer.close();
  }
  return writeModel(output, {
    description: { ...model.description, inputSize },
    weights: unflattenParameters(model.weights, flat),
  });
}

function membersOf(options: TrainingOptions, encoder: Encoder, step: number): SandwichMember[] {
  if (options.mode === 'full-only') return [{ name: 'largest', configuration: {} }];
  return sandwich(options.space, options.randomSubnets, options.seed, step, {
    count: options.mediumSubnets,
    parameterCount: (configuration) => parameterCount(encoder, subnetOf(encoder, configuration)),
  });
}

interface Done {
  readonly step: number;
  readonly rate: number;
  readonly norm: number;
  readonly losses: readonly number[];
  readonly members: readonly SandwichMember[];
  readonly state: TrainedState;
}

const isEvaluationDue = ({ evaluateEvery, steps }: TrainingOptions, step: number) =>
  step % evaluateEvery === 0 || step === steps;

/** Logs a step, with the subnets' scores where they are due. */
async function record(log: TrainingLog, options: TrainingOptions, done: Done): Promise<void> {
  const { step, rate, norm, losses, members, state } = done;
  const scores = isEvaluationDue(options, step)
    ? await evaluateSubnets(options, unflattenParameters(options.model.weights, state.flat))
    : undefined;
  const loss = (name: SandwichMember['name']) => {
    const own = losses.filter((_, i) => members[i]?.name === name);
    return own.length === 0 ? null : own.reduce((sum, each) => sum + each, 0) / own.length;
  };
  await log.append({
    step,
    rate,
    gradientNorm: norm,
    lossLargest: loss('largest'),
    lossSmallest: loss('smallest'),
    lossRandom: loss('random'),
    iouLargest: scores?.largest ?? null,
    iouMedium: scores?.medium ?? null,
    iouSmallest: scores?.smallest ?? null,
    lossMedium: loss('medium'),
  });
}

/** Puts the weights of the best evaluation in place of the last ones. */
async function takeBest(path: string, { flat, moments }: TrainedState, log: TrainingLog): Promise<void> {
  const { bestStep } = earlyStop(log.rows());
  if ((await readCheckpoint(path, flat, moments)) === bestStep) return;
  throw new ModelError('MODEL_CHECKPOINT', `${path} does not hold the best step, ${bestStep}`, {
    remedy: 'train again in a new output folder',
  });
}
