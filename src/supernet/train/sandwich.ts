import { createRng, type Rng } from '../../base/rng.js';
import type { Configuration, SearchSpace } from '../../core/space.js';
import { type Evaluation, evaluateSubnets as evaluateTogether, meanIou } from '../method/evaluate.js';
import { createEncoder } from '../model/description.js';
import { fullSubnet, type Subnet, subnetOf, type Weights } from '../model/network.js';
import { createOnnxSegmenter, TOGETHER_CACHE_MEGABYTES } from '../run-onnx/segmenter.js';
import type { TrainingOptions } from './training-options.js';

/** The members of a sandwich step (Yu and Huang, 2019) with the names their losses are logged under. */
export interface SandwichMember {
  readonly name: 'largest' | 'smallest' | 'medium' | 'random';
  readonly configuration: Configuration;
}

export interface MediumSubnets {
  readonly count: number;
  /** Encoder parameters of the subnet. */
  parameterCount(configuration: Configuration): number;
}

/** A medium subnet is the one of this many draws whose size is nearest to the middle. */
const MEDIUM_DRAWS = 8;

/**
 * The untouched network, the smallest subnet, `medium.count` of about the size in the middle between them and `randomSubnets`, both
 * drawn from the space's prior, afresh for every step from (seed, step). The largest need not be in the space: the authors' own
 * spaces end below the full width.
 */
export function sandwich(
  space: SearchSpace,
  randomSubnets: number,
  seed: number,
  step: number,
  medium?: MediumSubnets,
): SandwichMember[] {
  const rng = createRng(seed, 'sandwich', step);
  return [
    { name: 'largest', configuration: {} },
    { name: 'smallest', configuration: smallest(space) },
    ...mediumMembers(space, createRng(seed, 'medium', step), medium),
    ...Array.from({ length: randomSubnets }, () => ({ name: 'random' as const, configuration: space.sample(rng) })),
  ];
}

/** Every parameter at its first value: gates closed and least widths come first. */
export function smallest(space: SearchSpace): Configuration {
  return space.canonical(
    Object.fromEntries(space.parameters.map(({ name, values }) => [name, values?.[0] as boolean | number])),
  );
}

function mediumMembers(space: SearchSpace, rng: Rng, medium: MediumSubnets | undefined): SandwichMember[] {
  if (medium === undefined || medium.count === 0) return [];
  const middle = (medium.parameterCount({}) + medium.parameterCount(smallest(space))) / 2;
  const distance = (configuration: Configuration) => Math.abs(medium.parameterCount(configuration) - middle);
  return Array.from({ length: medium.count }, () => {
    const drawn = Array.from({ length: MEDIUM_DRAWS }, () => space.sample(rng));
    const configuration = drawn.reduce((best, each) => (distance(each) < distance(best) ? each : best));
    return { name: 'medium' as const, configuration };
  });
}

/** Mean IoU (single mask, all prompt kinds) of the subnets whose curves are drawn; the whole network alone has the first only. */
export interface SubnetScores {
  readonly largest: number;
  readonly medium?: number;
  readonly smallest?: number;
}

type EvaluationOptions = Pick<TrainingOptions, 'model' | 'space' | 'validation' | 'inputSize' | 'mode'>;

export async function evaluateSubnets(
  { model, space, validation, inputSize, mode }: EvaluationOptions,
  weights: Weights,
): Promise<SubnetScores> {
  const encoder = createEncoder(model.description, inputSize);
  const segmenter = await createOnnxSegmenter({ weights }, encoder, { cacheMegabytes: TOGETHER_CACHE_MEGABYTES });
  const score = async (subnets: readonly Subnet[]) => {
    const evaluations = await evaluateTogether(segmenter, subnets, [validation], { mask: 'single' });
    return evaluations.map(([only]) => meanIou(only as Evaluation, { prompt: 'both', mask: 'single' }));
  };
  try {
    const full = fullSubnet(encoder);
    if (mode === 'full-only') return { largest: (await score([full]))[0] as number };
    const medium = space.canonical(
      Object.fromEntries(
        space.parameters.map(({ name, values }, i) => [
          name,
          values?.[i % 2 === 0 ? values.length - 1 : Math.floor((values.length - 1) / 2)] as number,
        ]),
      ),
    );
    const curves = [full, subnetOf(encoder, medium), subnetOf(encoder, smallest(space))];
    const [largest, middle, least] = (await score(curves)) as [number, number, number];
    return { largest, medium: middle, smallest: least };
  } finally {
    await segmenter.close();
  }
}
