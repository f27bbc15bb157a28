import { evaluate, meanIou } from '../method/evaluate.js';
import { createEncoder } from '../model/description.js';
import { fullSubnet, subnetOf, type Weights } from '../model/network.js';
import { createOnnxSegmenter } from '../run-onnx/segmenter.js';
import { smallest } from './sandwich.js';
import type { TrainingOptions } from './training-options.js';

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
  const segmenter = await createOnnxSegmenter({ weights }, encoder);
  const score = async (subnet: readonly number[]) =>
    meanIou(await evaluate(segmenter, subnet, validation), { prompt: 'both', mask: 'single' });
  try {
    const largest = await score(fullSubnet(encoder));
    if (mode === 'full-only') return { largest };
    const medium = space.canonical(
      Object.fromEntries(
        space.parameters.map(({ name, values }, i) => [
          name,
          values?.[i % 2 === 0 ? values.length - 1 : Math.floor((values.length - 1) / 2)] as number,
        ]),
      ),
    );
    return {
      largest,
      medium: await score(subnetOf(encoder, medium)),
      smallest: await score(subnetOf(encoder, smallest(space))),
    };
  } finally {
    await segmenter.close();
  }
}
