import { activeShape } from './active-shape.js';
import type { Encoder, Subnet } from './network.js';
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
