/** A sparse interpolation matrix by rows: which inputs an output mixes, and their shares, which are never negative. */
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

/** Pixels of the original from left and top up to, not including, right and bottom. */
export interface PixelWindow {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Upscaler {
  /** The part of the original in which pixels may be above the threshold (0); outside they mix nothing above it. Often a small one. */
  positiveWindow(logits: Float32Array, threshold?: number): PixelWindow;
  /** The upscaled logits of a window (the whole original by default), row by row. */
  upscale(logits: Float32Array, window?: PixelWindow): Float32Array;
}

/**
 * SAM's postprocessing of one mask: logits `[side, side]` to the input size (bilinear), cut to the content, to the
 * original `[height, width]` (bilinear). Both steps are separable, so each axis is one sparse matrix made beforehand.
 */
export function createUpscaler(geometry: UpscaleGeometry): Upscaler {
  const { side, inputSize, width, height } = geometry;
  const columns = compose(bilinear(side, inputSize), bilinear(geometry.contentWidth, width));
  const rows = compose(bilinear(side, inputSize), bilinear(geometry.contentHeight, height));
  return {
    positiveWindow(logits, threshold = 0) {
      const [usedRows, usedColumns] = [new Uint8Array(side), new Uint8Array(side)];
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          if ((logits[y * side + x] as number) > threshold) usedRows[y] = usedColumns[x] = 1;
        }
      }
      const [left, right] = reach(columns, usedColumns);
      const [top, bottom] = reach(rows, usedRows);
      return { left, top, right, bottom };
    },

    upscale(logits, { left, top, right, bottom } = { left: 0, top: 0, right: width, bottom: height }) {
      const span = right - left;
      const result = new Float32Array(span * (bottom - top));
      const stretched = new Map<number, Float32Array>();
      const stretch = (row: number): Float32Array => {
        const known = stretched.get(row);
        if (known !== undefined) return known;
        const line = new Float32Array(span);
        for (let x = 0; x < span; x++) {
          const { indices, shares } = columns[left + x] as Taps;
          let sum = 0;
          for (let k = 0; k < indices.length; k++)
            sum += (shares[k] as number) * (logits[row * side + (indices[k] as number)] as number);
          line[x] = sum;
        }
        stretched.set(row, line);
        return line;
      };
      for (let y = top; y < bottom; y++) {
        const { indices, shares } = rows[y] as Taps;
        const base = (y - top) * span;
        for (let k = 0; k < indices.length; k++) {
          const line = stretch(indices[k] as number);
          const share = shares[k] as number;
          for (let x = 0; x < span; x++) result[base + x] = (result[base + x] as number) + share * (line[x] as number);
        }
      }
      return result;
    },
  };
}

/** First and one past the last output that mixes a used input; an empty range when none does. */
function reach(taps: readonly Taps[], used: Uint8Array): [first: number, end: number] {
  const touches = ({ indices }: Taps) => indices.some((input) => used[input] === 1);
  const first = taps.findIndex(touches);
  return first < 0 ? [0, 0] : [first, taps.findLastIndex(touches) + 1];
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
