import type { LongRunning } from '../../base/progress.js';
import type { Configuration } from '../../core/space.js';
import type { Split } from '../data/dataset.js';
import { type Evaluation, evaluate as evaluateSubnet } from '../method/evaluate.js';
import { closedForms } from '../model/closed-form.js';
import { subnetOf } from '../model/network.js';
import { checkConfiguration } from '../oracle/check-parameters.js';
import { type Provider, requireProvider } from '../run-onnx/provider.js';
import { createOnnxSegmenter } from '../run-onnx/segmenter.js';
import { type ModelSource, openModel, openScoring, type ScoringOptions } from './inputs.js';

export interface EvaluateOptions extends ScoringOptions, LongRunning {
  /** The subnet. Default: the whole network. */
  readonly configuration?: Configuration | undefined;
  /** What ONNX Runtime computes with. Default: the CPU; the others are experimental. */
  readonly provider?: Provider | undefined;
}

export interface EvaluateResult {
  readonly inputSize: number;
  readonly split: Split;
  readonly seed: number;
  readonly encoderParameters: number;
  /** Multiply-accumulates of the encoder for one image. */
  readonly macs: number;
  /** Mean IoU over objects, by prompt and choice of mask. */
  readonly scores: Evaluation;
}

/**
 * Mean IoU of a network or of one of its subnets on a split (val by default).
 * @throws UsageError for a configuration that does not fit; BackendError for a provider that does not work here; DataError for data that cannot be used; InterruptedError
 */
export async function evaluate(source: ModelSource, options: EvaluateOptions = {}): Promise<EvaluateResult> {
  const { configuration = {}, split = 'val', seed = 1, provider = 'cpu' } = options;
  await requireProvider(provider);
  const model = await openModel(source);
  const { encoder, sets } = await openScoring(model, { ...options, split });
  checkConfiguration(encoder, configuration);
  const subnet = subnetOf(encoder, configuration);
  // One subnet, every image once.
  const segmenter = await createOnnxSegmenter(model, encoder, { cacheMegabytes: 0, provider });
  try {
    const scores = await evaluateSubnet(segmenter, subnet, sets[0], options);
    return { inputSize: encoder.inputSize, split, seed, ...closedForms(encoder, subnet), scores };
  } finally {
    await segmenter.close();
  }
}
