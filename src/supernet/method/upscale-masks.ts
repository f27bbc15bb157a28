/** A sparse interpolation matrix by rows: which inputs an output mixes, and their shares, which are never negative. */
interface Mix {
  readonly indices: readonly number[];
  readonly shares: readonly number[];
}
interface Taps extends Mix {
  /** Of the indices, which follow on one another. */
  readonly least: number;
  readonly most: number;
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
  /**
   * Calls `run` with every stretch of a row, from a pixel up to, not including, another, whose upscaled logits are above 0. They are what
   * `upscale` gives; but since pixels mix their neighbourhood's logits in shares, only those that mix both signs need a look.
   */
  positiveRuns(logits: Float32Array, run: (y: number, from: number, to: number) => void): void;
}

/** Pixels from one up to, not including, another: all above 0, or to be looked at. */
interface Stretch {
  readonly from: number;
  to: number;
  readonly isPositive: boolean;
}

/** Signs that a pixel mixes. */
const [POSITIVE, OTHER] = [1, 2];

/**
 * SAM's postprocessing of one mask: logits `[side, side]` to the input size (bilinear), cut to the content, to the
 * original `[height, width]` (bilinear). Both steps are separable, so each axis is one sparse matrix made beforehand.
 */
export function createUpscaler(geometry: UpscaleGeometry): Upscaler {
  const { side, inputSize, width, height } = geometry;
  const columns = compose(bilinear(side, inputSize), bilinear(geometry.contentWidth, width));
  const rows = compose(bilinear(side, inputSize), bilinear(geometry.contentHeight, height));
  /** By column of logits the first pixel that mixes it or one to its right. */
  const touches = Array.from({ length: side }, (_, column) => {
    const at = columns.findIndex(({ most }) => most >= column);
    return at < 0 ? width : at;
  });
  const positiveWindow: Upscaler['positiveWindow'] = (logits, threshold = 0) => {
    const [usedRows, usedColumns] = [new Uint8Array(side), new Uint8Array(side)];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        if ((logits[y * side + x] as number) > threshold) usedRows[y] = usedColumns[x] = 1;
      }
    }
    const [left, right] = reach(columns, usedColumns);
    const [top, bottom] = reach(rows, usedRows);
    return { left, top, right, bottom };
  };
  const across = packed(columns);
  /** Writes the pixels of one row of logits, from one up to, not including, another, as they are across. */
  const stretch = (logits: Float32Array, row: number, from: number, to: number, into: Float32Array): Float32Array => {
    const { most, indices, shares } = across;
    const start = row * side;
    for (let x = from, at = from * most; x < to; x++) {
      let sum = 0;
      for (const end = at + most; at < end; at++)
        sum += (shares[at] as number) * (logits[start + (indices[at] as number)] as number);
      into[x] = sum;
    }
    return into;
  };
  /** The pixels of a row that mix something above 0, by the signs that each column of logits has in the rows mixed there. */
  const stretchesOf = (mixed: Uint8Array): Stretch[] => {
    const found: Stretch[] = [];
    for (let x = 0; x < width; ) {
      const from = x;
      const { least, most } = columns[x] as Taps;
      let sign = 0;
      for (let column = least; column <= most; column++) sign |= mixed[column] as number;
      if (sign === POSITIVE || sign === OTHER) {
        // All pixels up to the first that mixes a column of another sign are the same.
        let column = most + 1;
        while (column < side && mixed[column] === sign) column++;
        x = column < side ? (touches[column] as number) : width;
      } else x++;
      const isPositive = sign === POSITIVE;
      const last = found.at(-1);
      if (sign === OTHER) continue;
      if (last?.to === from && last.isPositive === isPositive) last.to = x;
      else found.push({ from, to: x, isPositive });
    }
    return found;
  };
  return {
    positiveWindow,

    positiveRuns(logits, run) {
      const signs = new Uint8Array(side * side);
      const hasPositive = new Uint8Array(side);
      for (let row = 0, at = 0; row < side; row++) {
        for (const end = at + side; at < end; at++) {
          const isAbove = (logits[at] as number) > 0;
          signs[at] = isAbove ? POSITIVE : OTHER;
          if (isAbove) hasPositive[row] = 1;
        }
      }
      const mixed = new Uint8Array(side);
      const values = new Float32Array(width);
      /** By row of logits that is mixed, the pixels to be looked at as they are across it. */
      const lines: Float32Array[] = [];
      let [first, last] = [-1, -1];
      let stretches: readonly Stretch[] = [];
      const mix = () => {
        stretches = [];
        if (!hasPositive.subarray(first, last + 1).includes(1)) return;
        mixed.fill(0);
        for (let row = first; row <= last; row++) {
          const start = row * side;
          for (let x = 0; x < side; x++) mixed[x] = (mixed[x] as number) | (signs[start + x] as number);
        }
        stretches = stretchesOf(mixed);
        for (let row = first; row <= last; row++) {
          lines[row - first] ??= new Float32Array(width);
          for (const { from, to, isPositive } of stretches) {
            if (!isPositive) stretch(logits, row, from, to, lines[row - first] as Float32Array);
          }
        }
      };
      for (let y = 0; y < height; y++) {
        const { least, most, indices, shares } = rows[y] as Taps;
        // Many rows mix the same rows of logits.
        if (least !== first || most !== last) {
          [first, last] = [least, most];
          mix();
        }
        let [from, end] = [-1, -1];
        for (const { from: start, to, isPositive } of stretches) {
          if (from >= 0 && end !== start) {
            run(y, from, end);
            from = -1;
          }
          if (isPositive) {
            if (from < 0) from = start;
            end = to;
            continue;
          }
          // As `upscale` rounds it.
          for (let i = 0; i < indices.length; i++) {
            const line = lines[(indices[i] as number) - first] as Float32Array;
            const share = shares[i] as number;
            if (i === 0) for (let x = start; x < to; x++) values[x] = share * (line[x] as number);
            else for (let x = start; x < to; x++) values[x] = (values[x] as number) + share * (line[x] as number);
          }
          for (let x = start; x < to; x++) {
            if ((values[x] as number) > 0) {
              if (from < 0) from = x;
              end = x + 1;
            } else if (from >= 0) {
              run(y, from, end);
              from = -1;
            }
          }
        }
        if (from >= 0) run(y, from, end);
      }
    },

    upscale(logits, { left, top, right, bottom } = { left: 0, top: 0, right: width, bottom: height }) {
      const span = right - left;
      const result = new Float32Array(span * (bottom - top));
      const stretched = new Map<number, Float32Array>();
      const lineOf = (row: number): Float32Array => {
        const line = stretched.get(row) ?? stretch(logits, row, left, right, new Float32Array(right));
        stretched.set(row, line);
        return line;
      };
      for (let y = top; y < bottom; y++) {
        const { indices, shares } = rows[y] as Taps;
        const base = (y - top) * span;
        for (let k = 0; k < indices.length; k++) {
          const line = lineOf(indices[k] as number);
          const share = shares[k] as number;
          for (let x = 0; x < span; x++)
            result[base + x] = (result[base + x] as number) + share * (line[left + x] as number);
        }
      }
      return result;
    },
  };
}

/** Taps one after the other, as many for every output: what some lack mixes nothing. */
function packed(taps: readonly Taps[]): { most: number; indices: Int32Array; shares: Float64Array } {
  const most = Math.max(...taps.map(({ indices }) => indices.length));
  const indices = new Int32Array(taps.length * most);
  const shares = new Float64Array(taps.length * most);
  for (const [i, tap] of taps.entries()) {
    indices.fill(tap.least, i * most, (i + 1) * most);
    indices.set(tap.indices, i * most);
    shares.set(tap.shares, i * most);
  }
  return { most, indices, shares };
}

/** First and one past the last output that mixes a used input; an empty range when none does. */
function reach(taps: readonly Taps[], used: Uint8Array): [first: number, end: number] {
  const touches = ({ indices }: Taps) => indices.some((input) => used[input] === 1);
  const first = taps.findIndex(touches);
  return first < 0 ? [0, 0] : [first, taps.findLastIndex(touches) + 1];
}

/** PyTorch's bilinear interpolation along one axis, align_corners=false. */
function bilinear(from: number, to: number): Mix[] {
  return Array.from({ length: to }, (_, i) => {
    const position = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(position), from - 1);
    const high = Math.min(low + 1, from - 1);
    const share = position - low;
    return { indices: [low, high], shares: [1 - share, share] };
  });
}

/** The taps of `second` after `first`, equal inputs merged. */
function compose(first: readonly Mix[], second: readonly Mix[]): Taps[] {
  return second.map(({ indices, shares }) => {
    const merged = new Map<number, number>();
    indices.forEach((middle, i) => {
      const { indices: inputs, shares: parts } = first[middle] as Mix;
      inputs.forEach((input, j) => {
        merged.set(input, (merged.get(input) ?? 0) + (shares[i] as number) * (parts[j] as number));
      });
    });
    const taps = [...merged].filter(([, share]) => share !== 0);
    const mixed = taps.map(([input]) => input);
    const [least, most] = [Math.min(...mixed), Math.max(...mixed)];
    return { indices: mixed, shares: taps.map(([, share]) => share), least, most };
  });
}
