import { ModelError } from '../../errors.js';
import type { Subnet } from '../model/network.js';
import { adamWDefaults, adamWStep, clipScale, type Moments, sumInPlace } from './adamw.js';
import type { Executor } from './executor.js';
import type { FlatParameters } from './flat-parameters.js';
import type { TrainingExample } from './training-example.js';
import type { TrainingOptions } from './training-options.js';

/** What a trainer changes: the trained tensors and the optimiser's moments, as flat arrays. */
export interface TrainedState {
  readonly flat: FlatParameters;
  readonly moments: Moments;
}

/** Takes the steps of a training. Between `fetch` and the next step the flat arrays are what it has come to. */
export interface Trainer {
  /** As `trainingStep`. */
  step(
    options: StepOptions,
    subnets: readonly Subnet[],
    examples: readonly TrainingExample[],
    rate: number,
    step: number,
  ): Promise<StepResult>;
  /** Brings the flat arrays up to date. */
  fetch(): Promise<void>;
  /** Goes on from what stands in the flat arrays. */
  load(): void;
  close(): Promise<void>;
}

export interface StepState extends TrainedState {
  readonly executor: Executor<'subnets'>;
}

export interface StepResult {
  /** One a subnet: the mean over the images. */
  readonly losses: readonly number[];
  /** L2 norm of the gradient before clipping; of the subnets' largest when each has a step of its own. */
  readonly norm: number;
}

export type StepOptions = Pick<TrainingOptions, 'sandwich' | 'batch' | 'weightDecay' | 'clipNorm'>;

/**
 * Changes the weights once (or once a subnet, when the sandwich is sequential) by the examples of a step, `batch` of them at a time.
 * @throws ModelError MODEL_LOSS naming step and images when a loss or gradient is not finite; what is on the disk stays
 */
export async function trainingStep(
  { executor, flat, moments }: StepState,
  options: StepOptions,
  subnets: readonly Subnet[],
  examples: readonly TrainingExample[],
  rate: number,
  step: number,
): Promise<StepResult> {
  const sequential = options.sandwich === 'sequential';
  const losses: number[] = [];
  let largest = 0;
  for (const group of sequential ? subnets.map((subnet) => [subnet]) : [subnets]) {
    const { means, gradient, norm } = await gradientOf(executor, options.batch, group, examples);
    checkFinite([...means, norm], step, examples);
    if (sequential) {
      moments.first.fill(0);
      moments.second.fill(0);
    }
    const limit = options.clipNorm === 0 ? Number.POSITIVE_INFINITY : options.clipNorm;
    const scale = clipScale(norm, limit) / examples.length;
    const optimizer = { ...adamWDefaults, weightDecay: options.weightDecay };
    adamWStep(flat.values, gradient, moments, flat.slots, rate, sequential ? 1 : step, scale, optimizer);
    losses.push(...means);
    largest = Math.max(largest, norm);
  }
  return { losses, norm: largest };
}

/**
 * Mean losses over all examples, the sum of their gradients and the norm of the mean. The order of the sums does not depend on how
 * many go together.
 */
async function gradientOf(
  { run, gradients }: Executor<'subnets'>,
  batch: number,
  subnets: readonly Subnet[],
  examples: readonly TrainingExample[],
): Promise<{ means: number[]; gradient: Float32Array; norm: number }> {
  const losses: number[][] = [];
  const several = examples.length > batch;
  let total: Float32Array | undefined;
  let norm = 0;
  for (let from = 0; from < examples.length; from += batch) {
    losses.push(...(await run(examples.slice(from, from + batch).map((example) => ({ example, subnets })))));
    const [first, ...others] = gradients;
    // The next images' gradients come into the same arrays.
    norm = total === undefined ? sumInPlace([first, ...others]) : sumInPlace([total, first, ...others]);
    total ??= several ? first.slice() : first;
  }
  const means = subnets.map((_, i) => losses.reduce((sum, image) => sum + (image[i] as number) / examples.length, 0));
  return { means, gradient: total ?? gradients[0], norm: norm / examples.length };
}

/** @throws ModelError MODEL_LOSS */
export function checkFinite(values: readonly number[], step: number, examples: readonly TrainingExample[]): void {
  if (values.every(Number.isFinite)) return;
  const images = examples.map(({ name }) => name).join(', ');
  throw new ModelError(
    'MODEL_LOSS',
    `the loss or its gradient is not finite at step ${step} (images ${images}); the last checkpoint is kept`,
    { remedy: 'lower --rate and run again in a new output folder' },
  );
}
