import type { Encoder, Piece, Subnet } from '../model/network.js';

/**
 * Pieces between two places at which subnets may part. They run as one graph, and what comes out is cached: fewer segments would share
 * less between subnets, more would cost calls and copies.
 */
export interface Segment {
  /** Names the graph: the same pieces are the same segment in every subnet. */
  readonly key: string;
  readonly pieces: readonly Piece[];
  /** Of the first piece, where that is elastic; no other is. */
  readonly width?: number;
  /** Of all that the subnet runs up to and with this segment. */
  readonly prefix: string;
}

/** What a subnet runs, in order. */
export function segmentsOf(encoder: Encoder, subnet: Subnet): Segment[] {
  const segments: Segment[] = [];
  let pieces: Piece[] = [];
  let [prefix, width]: [string, number | undefined] = ['', undefined];
  const close = () => {
    if (pieces.length === 0) return;
    const key = pieces.map(({ name }) => name).join(' ');
    segments.push({ key, pieces, prefix, ...(width !== undefined && { width }) });
    pieces = [];
    width = undefined;
  };
  encoder.pieces.forEach((piece, i) => {
    // Even a piece that is removed here is where this subnet and one with it part.
    if (piece.gate !== undefined || piece.width !== undefined) close();
    const active = subnet[i] as number;
    if (active === 0) return;
    if (piece.width !== undefined) width = active;
    pieces.push(piece);
    prefix += `\n${i}:${active}`;
  });
  close();
  return segments;
}
