import { existsSync } from 'node:fs';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LongRunning } from '../../core/progress.js';
import type { SearchSpace } from '../../core/space.js';
import { InterruptedError, ModelError } from '../../errors.js';
import { claimFolder } from '../claim-folder.js';
import type { Dataset } from '../data/dataset.js';
import { type EvaluationSet, evaluate, meanIou } from '../data/evaluate.js';
import { createEncoder, inputFormat } from '../description.js';
import { type Model, writeModel } from '../model-folder.js';
import { type Encoder, fullSubnet, subnetOf, type Weights } from '../network.js';
import { createOnnxSegmenter } from '../onnx/segmenter.js';
import type { Backend } from '../tfjs/backend.js';
import { adamWStep, clipScale, createMoments, sumInPlace } from './adamw.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { createExecutor } from './executor.js';
import { flattenParameters, unflattenParameters } from './flat-parameters.js';
import { trainableNames } from './image-gradient.js';
import { extreme, type SandwichMember, sandwich } from './sandwich.js';
import { learningRate } from './schedule.js';
import { drawExample, type TrainingExample } from './training-example.js';
import { checkStem, keepSettings } from './training-settings.js';

export interface TrainingOptions {
  readonly model: Model;
  readonly space: SearchSpace;
  readonly dataset: Dataset;
  /** Scored every `evaluateEvery` steps for the curves; no decision is taken on it. */
  readonly validation: EvaluationSet;
  readonly backend: Backend;
  readonly inputSize: number;
  readonly steps: number;
  readonly batch: number;
  readonly randomSubnets: number;
  /** Peak learning rate. */
  readonly rate: number;
  readonly seed: number;
  /** `sandwich` trains the supernet; `full-only` fine-tunes the whole network alone with the same steps. */
  readonly mode: 'sandwich' | 'full-only';
  readonly output: string;
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
  readonly workers?: number;
}

export const trainingDefaults = {
  batch: 2,
  randomSubnets: 1,
  rate: 3e-4,
  evaluateEvery: 50,
  checkpointEvery: 25,
} as const;

const WARM_UP_STEPS = 10;
const GRADIENT_NORM = 5;
const LOG_HEADER = 'step,rate,gradientNorm,lossLargest,lossSmallest,lossRandom,iouLargest,iouMedium,iouSmallest\n';

/**
 * Trains under the sandwich rule: the gradients of all subnets and images of a step are summed into one AdamW step. Stops and
 * resumes exactly: everything random is drawn from (seed, step), and a checkpoint holds weights, moments and step. Writes
 * `training.csv`, and the trained model when it is done.
 * @throws InterruptedError after saving; ModelError when a loss or gradient is not finite, with the last good checkpoint kept;
 *   UsageError when the output folder belongs to other settings or another process works in it; SpaceError when the space varies the frozen stem
 */
export async function trainSupernet(options: TrainingOptions, running: LongRunning = {}): Promise<Model> {
  const encoder = createEncoder(options.model.description, options.inputSize);
  checkStem(options, encoder);
  const release = await claimFolder(options.output);
  try {
    await keepSettings(options);
    return await train(options, encoder, running);
  } finally {
    await release();
  }
}

async function train(options: TrainingOptions, encoder: Encoder, { onProgress, signal }: LongRunning): Promise<Model> {
  const { model, batch, steps, seed } = options;
  const flat = flattenParameters(model.weights, trainableNames(encoder));
  const moments = createMoments(flat.values.length);
  const checkpoint = join(options.output, 'checkpoint.safetensors');
  const log = join(options.output, 'training.csv');
  const first = (await readCheckpoint(checkpoint, flat, moments)) + 1;
  await cutLog(log, first - 1);
  const format = inputFormat(model.description, options.inputSize);
  const executor = createExecutor(
    options.backend,
    { description: model.description, inputSize: options.inputSize, weights: model.weights, flat, batch },
    options.workers,
  );
  // The next step's images are made ready while the workers are busy with this one's.
  const draw = (step: number): Promise<TrainingExample[]> => {
    const positions = step > steps ? [] : Array.from({ length: batch }, (_, position) => position);
    const examples = Promise.all(
      positions.map((position) => drawExample(options.dataset, format, seed, step, batch, position)),
    );
    // Whoever awaits it hears of a failure; a run that has ended by then does not.
    examples.catch(() => {});
    return examples;
  };
  let coming = draw(first);
  try {
    for (let step = first; step <= steps; step++) {
      if (signal?.aborted) {
        await writeCheckpoint(checkpoint, flat, moments, step - 1);
        throw new InterruptedError();
      }
      const members = membersOf(options, step);
      const subnets = members.map(({ configuration }) => subnetOf(encoder, configuration));
      const examples = await coming;
      coming = draw(step + 1);
      const losses = await executor.run(examples.map((example) => ({ example, subnets })));
      const means = members.map((_, i) => losses.reduce((sum, image) => sum + (image[i] as number) / batch, 0));
      const [gradient] = executor.gradients;
      const norm = sumInPlace(executor.gradients) / batch;
      if (![...means, norm].every(Number.isFinite)) {
        throw new ModelError(
          'MODEL_LOSS',
          `the loss or its gradient is not finite at step ${step} (images ${examples.map(({ name }) => name).join(', ')}); the last checkpoint is kept`,
          {
            remedy: 'lower --rate and run again in a new output folder',
          },
        );
      }
      const rate = learningRate(step, steps, options.rate, WARM_UP_STEPS);
      adamWStep(flat.values, gradient, moments, flat.slots, rate, step, clipScale(norm, GRADIENT_NORM) / batch);
      const scores =
        step % options.evaluateEvery === 0 || step === steps
          ? await score(options, unflattenParameters(model.weights, flat))
          : ['', '', ''];
      const loss = (name: SandwichMember['name']) =>
        means[members.findIndex((member) => member.name === name)]?.toFixed(5) ?? '';
      await appendFile(
        log,
        `${[step, rate.toExponential(4), norm.toFixed(4), loss('largest'), loss('smallest'), loss('random'), ...scores].join(',')}\n`,
      );
      if (step % options.checkpointEvery === 0 || step === steps)
        await writeCheckpoint(checkpoint, flat, moments, step);
      onProgress?.(step, steps, `loss ${means.map((value) => value.toFixed(3)).join(' ')}`);
    }
  } finally {
    await executor.close();
  }
  return writeModel(options.output, {
    description: { ...model.description, inputSize: options.inputSize },
    weights: unflattenParameters(model.weights, flat),
  });
}

function membersOf({ mode, space, randomSubnets, seed }: TrainingOptions, step: number): SandwichMember[] {
  return mode === 'full-only' ? [{ name: 'largest', configuration: {} }] : sandwich(space, randomSubnets, seed, step);
}

/** Mean IoU (single mask, all prompt kinds) of the largest, a medium and the smallest subnet. */
async function score(
  { model, space, validation, inputSize, mode }: TrainingOptions,
  weights: Weights,
): Promise<string[]> {
  const encoder = createEncoder(model.description, inputSize);
  const segmenter = await createOnnxSegmenter({ weights }, encoder);
  try {
    const { parameters } = space;
    const medium = space.canonical(
      Object.fromEntries(
        parameters.map(({ name, values }, i) => [
          name,
          values?.[i % 2 === 0 ? values.length - 1 : Math.floor((values.length - 1) / 2)] as number,
        ]),
      ),
    );
    const subnets =
      mode === 'full-only'
        ? [fullSubnet(encoder)]
        : [extreme(space, -1), medium, extreme(space, 0)].map((configuration) => subnetOf(encoder, configuration));
    const scores: string[] = [];
    for (const subnet of subnets) {
      const result = await evaluate(segmenter, subnet, validation);
      scores.push(meanIou(result, { prompt: 'both', mask: 'single' }).toFixed(4));
    }
    return [...scores, '', ''].slice(0, 3);
  } finally {
    await segmenter.close();
  }
}

/** Lines after the checkpoint belong to steps that will be done again. */
async function cutLog(path: string, last: number): Promise<void> {
  const lines = existsSync(path) ? (await readFile(path, 'utf8')).split('\n').slice(1) : [];
  const kept = lines.filter((line) => line !== '' && Number.parseInt(line, 10) <= last);
  await writeFile(`${path}.tmp`, LOG_HEADER + kept.map((line) => `${line}\n`).join(''));
  await rename(`${path}.tmp`, path);
}
