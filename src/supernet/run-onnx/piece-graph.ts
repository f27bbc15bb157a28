import type { OnnxModel } from '../formats/onnx/proto.js';
import type { Encoder, Piece, Weights } from '../model/network.js';
import { createGraphBuilder } from './graph-builder.js';
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
