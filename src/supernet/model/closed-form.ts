import type { Encoder, Piece, Subnet } from './network.js';
import { decoderOf } from './networks/decoder.js';
import { GAUSSIAN_MATRIX } from './networks/prompt-encoder.js';

/** Parameters of the encoder with the subnet's active sizes; removed pieces count nothing. */
export const parameterCount = (encoder: Encoder, subnet: Subnet): number =>
  total(encoder, subnet, (piece, active) => piece.parameterCount(active));

/** Multiply-accumulates of the encoder for one image at its input size. One is two floating-point operations. */
export const macs = (encoder: Encoder, subnet: Subnet): number =>
  total(encoder, subnet, (piece, active) => piece.macs(active));

/** Both, under the names that constraints, oracles and commands know them by. */
export const closedForms = (encoder: Encoder, subnet: Subnet) => ({
  encoderParameters: parameterCount(encoder, subnet),
  macs: macs(encoder, subnet),
});

/**
 * What the SuperSAM authors call the size of a subnet: the elements of all `.weight` tensors, prompt encoder and mask decoder
 * included. Biases, position tables and buffers do not count.
 */
export function weightCount(encoder: Encoder, subnet: Subnet): number {
  const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  const isWeight = (name: string) => name.endsWith('.weight');
  const decoder = [...decoderOf(encoder.decoder).shapes].filter(([name]) => isWeight(name));
  return (
    decoder.reduce((sum, [, shape]) => sum + elements(shape), 0) +
    total(encoder, subnet, (piece, active) =>
      piece.tensors
        .filter(isWeight)
        .reduce((sum, name) => sum + elements(activeShape(encoder, piece, name, active)), 0),
    )
  );
}

/** Parameters of prompt encoder and mask decoder, which no subnet changes; a stored Fourier matrix is no parameter. */
export const decoderParameterCount = (encoder: Encoder): number =>
  [...decoderOf(encoder.decoder).shapes]
    .filter(([name]) => name !== GAUSSIAN_MATRIX)
    .reduce((sum, [, shape]) => sum + shape.reduce((product, size) => product * size, 1), 0);

function total(
  encoder: Encoder,
  subnet: Subnet,
  amount: (piece: Encoder['pieces'][number], active: number) => number,
): number {
  return encoder.pieces.reduce((sum, piece, i) => {
    const active = subnet[i] ?? piece.full;
    return active === 0 ? sum : sum + amount(piece, active);
  }, 0);
}

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
