import type { Configuration } from '../../core/space.js';
import type { DecoderKind } from './networks/decoder.js';
import type { Ops, Size } from './ops.js';

export type { Weights } from '../formats/safetensors.js';

/**
 * One link of an encoder's chain. Elasticity lives here and nowhere else: a subnet is one active size a piece, and
 * everything that depends on the subnet (closed forms, training, prefix cache, extraction) walks the pieces.
 */
export interface Piece {
  /** Unique in the encoder, e.g. `stage1.block0.mlp`. */
  readonly name: string;
  /** The size in the whole network: units of an elastic width (hidden channels, heads), 1 for anything else. */
  readonly full: number;
  /** Parameter whose value `false` removes the piece. */
  readonly gate?: string;
  /** Parameter whose value is the active width; 0 removes the piece. */
  readonly width?: string;
  /** For an elastic width: which layers share the hidden axis, for prioritisation and extraction. */
  readonly hidden?: HiddenAxis;
  /** Names of the tensors the piece owns. */
  readonly tensors: readonly string[];
  parameterCount(active: number): number;
  /** Multiply-accumulates for one image at the encoder's input size (matrix products and convolutions). */
  macs(active: number): number;
  /** Never called with an active size of 0: a removed piece is a call not made. */
  forward<T>(ops: Ops<T>, x: T, active: Size<T>): T;
}

/**
 * `first` produces the hidden units (rows of its weight, its bias), `second` consumes them (columns of its weight). Units are
 * the hidden channels of an MLP or the heads of an attention.
 */
export interface HiddenAxis {
  readonly first: string;
  readonly second: string;
  /** Channels of a unit of the axis (a head's). Default 1. */
  readonly unit?: number;
  /** Equal blocks of `first`'s rows that each hold all units (q, k and v in turn). Default 1. */
  readonly blocks?: number;
  /** Rows of a unit in a block of `first`, where they are more than `unit` (q, k and v of a head together). Default `unit`. */
  readonly rows?: number;
  /** Layers on the hidden axis itself (the depthwise convolution of an MBConv block). */
  readonly between?: readonly string[];
  /** Tensors with one row a unit (a head's attention biases). */
  readonly tables?: readonly string[];
}

/** One active size a piece, in chain order; 0 for a removed piece. */
export type Subnet = readonly number[];

/** Active size of a piece by its name; undefined for a piece the encoder does not have. */
export type ActiveSize = (piece: string) => number | undefined;

export interface Encoder {
  /** Family name, the key of the file that defines it (`tinyvit`). */
  readonly family: string;
  /** Pixels along one side of the square input. */
  readonly inputSize: number;
  /** Image embedding: `[batch, grid, grid, channels]`. */
  readonly grid: number;
  readonly channels: number;
  readonly pieces: readonly Piece[];
  /** Leading pieces that no subnet changes and that training leaves as they are: computed once an image. */
  readonly stemLength: number;
  /** Prompt encoder and mask decoder that read the embedding. */
  readonly decoder: DecoderKind;
  /** Shapes of every tensor under its original name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** The configuration's active sizes. Parameters that a configuration does not mention keep the full size. */
export function subnetOf(encoder: Encoder, configuration: Configuration): Subnet {
  return encoder.pieces.map((piece) => {
    if (piece.gate !== undefined && configuration[piece.gate] === false) return 0;
    const width = piece.width === undefined ? undefined : configuration[piece.width];
    return typeof width === 'number' ? width : piece.full;
  });
}

/** Whether a piece's elastic width counts heads, not channels. */
export const countsHeads = ({ hidden }: Piece): boolean => hidden?.unit !== undefined;

export const fullSubnet = (encoder: Encoder): Subnet => encoder.pieces.map((piece) => piece.full);
