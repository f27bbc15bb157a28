import type { Weights } from '../network.js';
import { decodeMasks } from '../networks/mask-decoder.js';
import { densePositions, encodePrompts, GAUSSIAN_MATRIX, noMaskEmbedding } from '../networks/prompt-encoder.js';
import { DECODER_CHANNELS } from '../networks/sam-decoder.js';
import { createGraphBuilder } from './graph-builder.js';
import { createGraphOps } from './graph-ops.js';
import { weightTensor } from './graph-weights.js';
import type { OnnxModel } from './proto.js';

/**
 * The decoder as the oracle runs it: `embedding` `[1, grid, grid, 256]`, `coordinates` `[prompts, points, 2]`, `labels`
 * `[prompts, points]` to `logits` `[prompts, 4, 4 * grid, 4 * grid]` and `iouPredictions` `[prompts, 4]`.
 */
export function decoderGraph(weights: Weights, grid: number, inputSize: number, points: number): OnnxModel {
  const builder = createGraphBuilder(weights);
  const ops = createGraphOps(builder);
  const tokens = [1, grid * grid, DECODER_CHANNELS];
  const embedding = builder.input('embedding', [1, grid, grid, DECODER_CHANNELS]);
  const coordinates = builder.input('coordinates', [-1, points, 2]);
  const labels = builder.input('labels', [-1, points]);
  const image = ops.add(ops.reshape(embedding, tokens), noMaskEmbedding(ops));
  const positions = ops.constant(densePositions(weightTensor(weights, GAUSSIAN_MATRIX).data, grid), tokens);
  const masks = decodeMasks(ops, image, positions, encodePrompts(ops, coordinates, labels, inputSize), grid);
  builder.output('logits', masks.logits);
  builder.output('iouPredictions', masks.iouPredictions);
  return builder.finish('decoder');
}
