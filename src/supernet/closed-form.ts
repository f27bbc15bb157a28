import type { Encoder, Subnet } from './network.js';

/** Parameters of the encoder with the subnet's active sizes; removed pieces count nothing. */
export const parameterCount = (encoder: Encoder, subnet: Subnet): number =>
  total(encoder, subnet, (piece, active) => piece.parameterCount(active));

/** Multiply-accumulates of the encoder for one image at its input size. One is two floating-point operations. */
export const macs = (encoder: Encoder, subnet: Subnet): number =>
  total(encoder, subnet, (piece, active) => piece.macs(active));

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
