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
