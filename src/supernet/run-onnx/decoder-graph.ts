import type { OnnxModel } from '../formats/onnx/proto.js';
import type { Encoder, Weights } from '../model/network.js';
import { decoderOf } from '../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../model/networks/prompt-encoder.js';
import { createGraphBuilder } from './graph-builder.js';
import { createGraphOps } from './graph-ops.js';
import { weightTensor } from './graph-weights.js';

/**
 * The decoder as the oracle runs it: `embedding` `[1, grid, grid, 256]`, `coordinates` `[prompts, points, 2]`, `labels`
 * `[prompts, points]` to `logits` `[prompts, 4, 4 * grid, 4 * grid]` and `iouPredictions` `[prompts, 4]`.
 */
export function decoderGraph(
  weights: Weights,
  { decoder: kind, grid, inputSize }: Pick<Encoder, 'decoder' | 'grid' | 'inputSize'>,
  points: number,
): OnnxModel {
  const decoder = decoderOf(kind);
  const builder = createGraphBuilder(weights);
  const ops = createGraphOps(builder);
  const tokens = [1, grid * grid, DECODER_CHANNELS];
  const embedding = builder.input('embedding', [1, grid, grid, DECODER_CHANNELS]);
  const coordinates = builder.input('coordinates', [-1, points, 2]);
  const labels = builder.input('labels', [-1, points]);
  const noMask = decoder.noMask(ops);
  const source = ops.reshape(embedding, tokens);
  const image = noMask === undefined ? source : ops.add(source, noMask);
  const positions = ops.constant(densePositions(weightTensor(weights, GAUSSIAN_MATRIX).data, grid), tokens);
  const sparse = decoder.encodePrompts(ops, coordinates, labels, inputSize);
  const masks = decoder.decodeMasks(ops, image, positions, sparse, grid);
  builder.output('logits', masks.logits);
  builder.output('iouPredictions', masks.iouPredictions);
  return builder.finish('decoder');
}
