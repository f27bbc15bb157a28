import type { OnnxModel } from '../formats/onnx/proto.js';
import type { Encoder, Piece, Weights } from '../model/network.js';
import { decoderOf } from '../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../model/networks/prompt-encoder.js';
import type { Ops } from '../model/ops.js';
import { createGraphBuilder, type GraphTensor, weightTensor } from './graph-builder.js';
import { createGraphOps } from './graph-ops.js';

/** Graphs of one piece: input `x`, for an elastic width the run-time scalar `width` `[1]`, output `y`. */
export function pieceGraph(
  weights: Weights,
  piece: Piece,
  inputShape: readonly number[],
): { model: OnnxModel; outputShape: readonly number[] } {
  const builder = createGraphBuilder(weights);
  const ops = createGraphOps(builder);
  const x = builder.input('x', inputShape);
  const active = piece.width === undefined ? piece.full : builder.input('width', [1], 'int64');
  const y = piece.forward(ops, x, active);
  builder.output('y', y);
  return { model: builder.finish(piece.name), outputShape: y.shape };
}

/** Shapes `[-1, height, width, channels]` that enter every piece. */
export const imageShape = ({ inputSize }: Encoder): readonly number[] => [-1, inputSize, inputSize, 3];

/** The whole encoder: `image` `[1, S, S, 3]`, normalised, to `embedding` `[1, grid, grid, 256]`. */
export function encoderGraph(weights: Weights, encoder: Encoder): OnnxModel {
  const builder = createGraphBuilder(weights);
  const ops = createGraphOps(builder);
  const image = builder.input('image', [1, ...imageShape(encoder).slice(1)]);
  builder.output('embedding', encodeImage(ops, encoder, image));
  return builder.finish('encoder');
}

/** Every piece of the encoder in its full size, one after another. */
export const encodeImage = (ops: Ops<GraphTensor>, { pieces }: Encoder, image: GraphTensor): GraphTensor =>
  pieces.reduce((x, piece) => piece.forward(ops, x, piece.full), image);

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
