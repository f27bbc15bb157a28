import type { Piece } from '../network.js';
import { fixedPiece } from './fixed-piece.js';
import { convolutionMacs, type createShapes } from './shapes.js';

const NAME = 'image_encoder.neck';

/** SAM's neck, the same in all variants: 1x1 and 3x3 convolution without bias, each with a LayerNorm over channels. */
export function neckPiece(
  shapes: ReturnType<typeof createShapes>,
  inputs: number,
  outputs: number,
  side: number,
): Piece {
  const tensors = [
    ...shapes.plain(`${NAME}.0.weight`, [outputs, inputs, 1, 1]),
    ...shapes.norm(`${NAME}.1`, outputs),
    ...shapes.plain(`${NAME}.2.weight`, [outputs, outputs, 3, 3]),
    ...shapes.norm(`${NAME}.3`, outputs),
  ];
  const macs = convolutionMacs(side, outputs, inputs, 1) + convolutionMacs(side, outputs, outputs, 3);
  return fixedPiece('neck', shapes, tensors, macs, (ops, x) => {
    const narrow = ops.layerNorm(ops.linear(x, `${NAME}.0`), `${NAME}.1`, 1e-6);
    return ops.layerNorm(ops.conv2d(narrow, `${NAME}.2`, { stride: 1, padding: 1 }), `${NAME}.3`, 1e-6);
  });
}
