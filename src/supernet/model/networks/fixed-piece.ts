import type { Piece } from '../network.js';
import type { Ops, Size } from '../ops.js';
import { type createShapes, shapesCount } from './shapes.js';

/** A piece that every subnet has, whole. */
export const fixedPiece = (
  name: string,
  shapes: ReturnType<typeof createShapes>,
  tensors: readonly string[],
  macs: number,
  forward: <T>(ops: Ops<T>, x: T, active: Size<T>) => T,
): Piece => ({
  name,
  full: 1,
  tensors,
  parameterCount: () => shapesCount(shapes, tensors),
  macs: () => macs,
  forward,
});
