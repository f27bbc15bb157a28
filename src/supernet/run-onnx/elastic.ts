import type { Encoder, Piece, Subnet } from '../model/network.js';
import type { Ops } from '../model/ops.js';
import type { GraphBuilder, GraphTensor } from './graph-builder.js';

// One graph for every subnet: widths are cut and pieces passed over at run time, as the input `subnet` says.

/** The pieces whose sizes an elastic encoder is told, in the order of its input `subnet`. */
export const elasticPieces = ({ pieces }: Encoder): readonly Piece[] =>
  pieces.filter(({ gate, width }) => gate !== undefined || width !== undefined);

/** A subnet as an elastic encoder takes it: one active size for each of its `elasticPieces`, 0 for a removed one. */
export function elasticSizes(encoder: Encoder, subnet: Subnet): number[] {
  const elastic = new Set(elasticPieces(encoder));
  return subnet.filter((_, i) => elastic.has(encoder.pieces[i] as Piece));
}

/**
 * The encoder with an input `subnet` `[elastic pieces]` of int64 beside the image: a piece of size 0 is not run, of an elastic
 * width the leading units are.
 */
export function encodeElastic(
  graph: GraphBuilder,
  ops: Ops<GraphTensor>,
  encoder: Encoder,
  image: GraphTensor,
): GraphTensor {
  const elastic = elasticPieces(encoder);
  const subnet = graph.input('subnet', [elastic.length], 'int64');
  const node = (...made: Parameters<GraphBuilder['node']>) => graph.node(...made)[0] as string;
  return encoder.pieces.reduce((x, piece) => {
    const place = elastic.indexOf(piece);
    if (place < 0) return piece.forward(ops, x, piece.full);
    const range = [graph.integers([place]), graph.integers([place + 1]), graph.integers([0])];
    const size: GraphTensor = { name: node('Slice', [subnet.name, ...range]), shape: [1] };
    const isThere = node('Greater', [size.name, graph.integers([0])]);
    return graph.branch(isThere, () => piece.forward(ops, x, piece.width === undefined ? piece.full : size), x);
  }, image);
}
