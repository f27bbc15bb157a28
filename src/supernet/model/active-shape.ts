import type { Encoder, Piece } from './network.js';

/**
 * Shape of one of a piece's tensors for an active size: as in the whole network, but for the axis of hidden units, which
 * shrinks in proportion.
 */
export function activeShape(encoder: Encoder, piece: Piece, tensor: string, active: number): readonly number[] {
  const shape = encoder.shapes.get(tensor) ?? [];
  const { hidden } = piece;
  if (hidden === undefined) return shape;
  const share = (axis: number) => shape.map((size, i) => (i === axis ? (size / piece.full) * active : size));
  const producers = [hidden.first, ...(hidden.between ?? [])];
  if (producers.some((layer) => tensor === `${layer}.weight` || tensor === `${layer}.bias`)) return share(0);
  if (hidden.tables?.includes(tensor)) return share(0);
  return tensor === `${hidden.second}.weight` ? share(1) : shape;
}
