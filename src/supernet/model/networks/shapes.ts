import type { Piece } from '../network.js';
import type { Ops, Size } from '../ops.js';

/** Collects the shapes of a network's tensors; every call returns the names it added, for the piece that owns them. */
export function createShapes() {
  const shapes = new Map<string, readonly number[]>();
  const plain = (name: string, shape: readonly number[]): string[] => {
    shapes.set(name, shape);
    return [name];
  };
  return Object.assign(shapes, {
    plain,
    linear: (layer: string, outputs: number, inputs: number) => [
      ...plain(`${layer}.weight`, [outputs, inputs]),
      ...plain(`${layer}.bias`, [outputs]),
    ],
    /** Square kernel with a bias. */
    convolution: (layer: string, outputs: number, inputs: number, kernel: number) => [
      ...plain(`${layer}.weight`, [outputs, inputs, kernel, kernel]),
      ...plain(`${layer}.bias`, [outputs]),
    ],
    /** Transposed convolution with kernel 2 and stride 2. */
    upscaling: (layer: string, outputs: number, inputs: number) => [
      ...plain(`${layer}.weight`, [inputs, outputs, 2, 2]),
      ...plain(`${layer}.bias`, [outputs]),
    ],
    norm: (layer: string, channels: number) => [
      ...plain(`${layer}.weight`, [channels]),
      ...plain(`${layer}.bias`, [channels]),
    ],
  });
}

/** Number of elements in the named tensors. */
export function shapesCount(shapes: ReadonlyMap<string, readonly number[]>, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (shapes.get(name) ?? []).reduce((product, size) => product * size, 1), 0);
}

/** Multiply-accumulates of a convolution with a square output of `side`; a depthwise one has `inputs` 1. */
export const convolutionMacs = (side: number, outputs: number, inputs: number, kernel: number): number =>
  side * side * outputs * inputs * kernel * kernel;

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

/** `[b, side, side, c]` to `[b * windows, window * window, c]`. */
export function partition<T>(ops: Ops<T>, x: T, window: number): T {
  const [, side = 0, , channels = 0] = ops.shape(x);
  if (side === window) return ops.reshape(x, [-1, window * window, channels]);
  const count = side / window;
  const split = ops.transpose(ops.reshape(x, [-1, window, count, window, channels]), [0, 2, 1, 3, 4]);
  return ops.reshape(split, [-1, window * window, channels]);
}

/** The inverse of `partition` for a map of `side`. */
export function unpartition<T>(ops: Ops<T>, tokens: T, window: number, side: number): T {
  const channels = ops.shape(tokens).at(-1) ?? 0;
  if (side === window) return ops.reshape(tokens, [-1, side, side, channels]);
  const count = side / window;
  const rows = ops.transpose(ops.reshape(tokens, [-1, count, window, window, channels]), [0, 2, 1, 3, 4]);
  return ops.reshape(rows, [-1, side, side, channels]);
}

/** The upper left square of `side`. */
export function crop<T>(ops: Ops<T>, map: T, side: number): T {
  return ops.shape(map)[1] === side ? map : ops.slice(ops.slice(map, 1, 0, side), 2, 0, side);
}

const NECK = 'image_encoder.neck';

/** SAM's neck, the same in all variants: 1x1 and 3x3 convolution without bias, each with a LayerNorm over channels. */
export function neckPiece(
  shapes: ReturnType<typeof createShapes>,
  inputs: number,
  outputs: number,
  side: number,
): Piece {
  const tensors = [
    ...shapes.plain(`${NECK}.0.weight`, [outputs, inputs, 1, 1]),
    ...shapes.norm(`${NECK}.1`, outputs),
    ...shapes.plain(`${NECK}.2.weight`, [outputs, outputs, 3, 3]),
    ...shapes.norm(`${NECK}.3`, outputs),
  ];
  const macs = convolutionMacs(side, outputs, inputs, 1) + convolutionMacs(side, outputs, outputs, 3);
  return fixedPiece('neck', shapes, tensors, macs, (ops, x) => {
    const narrow = ops.layerNorm(ops.linear(x, `${NECK}.0`), `${NECK}.1`, 1e-6);
    return ops.layerNorm(ops.conv2d(narrow, `${NECK}.2`, { stride: 1, padding: 1 }), `${NECK}.3`, 1e-6);
  });
}
