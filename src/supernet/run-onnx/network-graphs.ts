import type { OnnxModel } from '../formats/onnx/proto.js';
import { type Encoder, fullSubnet, type Piece, type Weights } from '../model/network.js';
import { decoderOf } from '../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../model/networks/prompt-encoder.js';
import type { Ops } from '../model/ops.js';
import { createGraphBuilder, type GraphTensor, weightTensor } from './graph-builder.js';
import { createGraphOps } from './graph-ops.js';

/**
 * Graph of consecutive pieces for one image: input `x`, where the first piece is elastic the run-time scalar `width` `[1]`, output `y`.
 * All other pieces run at their full size.
 */
export function segmentGraph(
  weights: Weights,
  pieces: readonly Piece[],
  inputShape: readonly number[],
): { model: OnnxModel; outputShape: readonly number[] } {
  const builder = createGraphBuilder(weights);
  const ops = createGraphOps(builder);
  const y = pieces.reduce(
    (x, piece, i) => {
      const isElastic = i === 0 && piece.width !== undefined;
      return piece.forward(ops, x, isElastic ? builder.input('width', [1], 'int64') : piece.full);
    },
    builder.input('x', inputShape),
  );
  builder.output('y', y);
  return { model: builder.finish(pieces.map(({ name }) => name).join(' ')), outputShape: y.shape };
}

/** Graph of one piece at one size, for one image: input `x`, output `y`. It holds nothing that the size does not use. */
export function pieceGraph(
  weights: Weights,
  piece: Piece,
  size: number,
  inputShape: readonly number[],
): { model: OnnxModel; outputShape: readonly number[] } {
  const builder = createGraphBuilder(weights);
  const y = piece.forward(createGraphOps(builder), builder.input('x', inputShape), size);
  builder.output('y', y);
  return { model: builder.finish(piece.name), outputShape: y.shape };
}

/**
 * The whole encoder, or that of a subnet as it is extracted: `image` `[1, S, S, 3]`, normalised, to `embedding` `[1, grid, grid, 256]`.
 */
export function encoderGraph(weights: Weights, encoder: Encoder, subnet = fullSubnet(encoder)): OnnxModel {
  const builder = createGraphBuilder(weights);
  const ops = createGraphOps(builder);
  const image = builder.input('image', [1, encoder.inputSize, encoder.inputSize, 3]);
  builder.output('embedding', encodeImage(ops, encoder, image, subnet));
  return builder.finish('encoder');
}

/** The pieces of the encoder one after another, in their full sizes or those of a subnet. */
export const encodeImage = (
  ops: Ops<GraphTensor>,
  encoder: Encoder,
  image: GraphTensor,
  subnet = fullSubnet(encoder),
): GraphTensor =>
  encoder.pieces.reduce((x, piece, i) => {
    const size = subnet[i] as number;
    return size === 0 ? x : piece.forward(ops, x, size);
  }, image);

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
