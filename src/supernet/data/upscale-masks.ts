/** One row of a sparse interpolation matrix: which inputs an output mixes, and their shares. */
interface Taps {
  readonly indices: readonly number[];
  readonly shares: readonly number[];
}

export interface UpscaleGeometry {
  /** Side of the square logits. */
  readonly side: number;
  readonly inputSize: number;
  readonly contentWidth: number;
  readonly contentHeight: number;
  readonly width: number;
  readonly height: number;
}

/**
 * SAM's postprocessing of one mask: logits `[side, side]` to the input size (bilinear), cut to the content, to the
 * original `[height, width]` (bilinear). Both steps are separable, so each axis is one sparse matrix made beforehand.
 */
export function createUpscaler(geometry: UpscaleGeometry): (logits: Float32Array) => Float32Array {
  const { side, inputSize, width, height } = geometry;
  const columns = compose(bilinear(side, inputSize), bilinear(geometry.contentWidth, width));
  const rows = compose(bilinear(side, inputSize), bilinear(geometry.contentHeight, height));
  const wide = new Float32Array(side * width);
  return (logits) => {
    for (let y = 0; y < side; y++) {
      const from = y * side;
      columns.forEach(({ indices, shares }, x) => {
        let sum = 0;
        for (let k = 0; k < indices.length; k++)
          sum += (shares[k] as number) * (logits[from + (indices[k] as number)] as number);
        wide[y * width + x] = sum;
      });
    }
    const result = new Float32Array(height * width);
    rows.forEach(({ indices, shares }, y) => {
      for (let k = 0; k < indices.length; k++) {
        const share = shares[k] as number;
        const from = (indices[k] as number) * width;
        for (let x = 0; x < width; x++)
          result[y * width + x] = (result[y * width + x] as number) + share * (wide[from + x] as number);
      }
    });
    return result;
  };
}

/** PyTorch's bilinear interpolation along one axis, align_corners=false. */
function bilinear(from: number, to: number): Taps[] {
  return Array.from({ length: to }, (_, i) => {
    const position = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(position), from - 1);
    const high = Math.min(low + 1, from - 1);
    const share = position - low;
    return { indices: [low, high], shares: [1 - share, share] };
  });
}

/** The taps of `second` after `first`, equal inputs merged. */
function compose(first: readonly Taps[], second: readonly Taps[]): Taps[] {
  return second.map(({ indices, shares }) => {
    const merged = new Map<number, number>();
    indices.forEach((middle, i) => {
      const { indices: inputs, shares: parts } = first[middle] as Taps;
      inputs.forEach((input, j) => {
        merged.set(input, (merged.get(input) ?? 0) + (shares[i] as number) * (parts[j] as number));
      });
    });
    const taps = [...merged].filter(([, share]) => share !== 0);
    return { indices: taps.map(([input]) => input), shares: taps.map(([, share]) => share) };
  });
}
