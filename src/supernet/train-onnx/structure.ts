import type { Primitives } from './primitives.js';
import { asMatrix, count, view } from './primitives.js';
import type { Tape, Value } from './tape.js';

/** Operations that move numbers, and products of what they moved. */
export function createStructure({ record, give }: Tape, p: Primitives) {
  /** What was transposed in its last two dimensions: a product takes the original as it is. */
  const originals = new Map<string, Value>();

  const transpose = (x: Value, permutation: readonly number[]): Value => {
    const y = p.transpose(x, permutation);
    record([y], ([dy]) =>
      give(x, () =>
        p.transpose(
          dy as Value,
          permutation.map((_, i) => permutation.indexOf(i)),
        ),
      ),
    );
    const last = permutation.length - 1;
    const isSwap = permutation.every((axis, i) => axis === (i < last - 1 ? i : 2 * last - 1 - i));
    if (isSwap) originals.set(`${y.name} as ${y.shape}`, x);
    return y;
  };

  const matmul = (a: Value, b: Value): Value => {
    const original = originals.get(`${b.name} as ${b.shape}`);
    const right = original ?? b;
    const transposeB = original !== undefined;
    if (b.shape.length === 2) {
      const left = asMatrix(a);
      const y = p.gemm(left, right, { transposeB });
      record([y], ([dy]) => {
        give(a, () => p.gemm(dy as Value, right, { transposeB: !transposeB }));
        give(right, () =>
          transposeB
            ? p.gemm(dy as Value, left, { transposeA: true })
            : p.gemm(left, dy as Value, { transposeA: true }),
        );
      });
      return view(y, [...a.shape.slice(0, -1), b.shape[1] as number]);
    }
    const y = p.product(a, right, { transposeB });
    record([y], ([dy]) => {
      give(a, () => p.sumTo(p.product(dy as Value, right, { transposeB: !transposeB }), a.shape));
      give(right, () => {
        const gradient = transposeB
          ? p.product(dy as Value, a, { transposeA: true })
          : p.product(a, dy as Value, { transposeA: true });
        return p.sumTo(gradient, right.shape);
      });
    });
    return y;
  };

  const slice = (x: Value, axis: number, start: number, size: number): Value => {
    if (size === x.shape[axis]) return x;
    const y = p.slice(x, axis, start, size);
    const at = (amount: number) => x.shape.map((_, i) => (i === axis ? amount : 0));
    record([y], ([dy]) => give(x, () => p.pad(dy as Value, at(start), at((x.shape[axis] as number) - start - size))));
    return y;
  };

  return {
    transpose,
    matmul,
    slice,
    reshape: (x: Value, shape: readonly number[]): Value => {
      const known = count(shape.filter((size) => size >= 0));
      return view(
        x,
        shape.map((size) => (size < 0 ? count(x.shape) / known : size)),
      );
    },
    concat: (parts: readonly Value[], axis: number): Value => {
      if (parts.length === 1) return parts[0] as Value;
      const y = p.concat(parts, axis);
      record([y], ([dy]) => {
        let start = 0;
        for (const part of parts) {
          const [from, size] = [start, part.shape[axis] as number];
          give(part, () => p.slice(dy as Value, axis, from, size));
          start += size;
        }
      });
      return y;
    },
    /** Equal parts along the first axis. */
    unstacked: (x: Value, parts: number): Value[] => {
      const made = p.split(x, parts);
      record(made, (gradients) => give(x, () => p.concat(gradients, 0)));
      return made;
    },
    pad: (x: Value, bottom: number, right: number): Value => {
      if (bottom === 0 && right === 0) return x;
      const [, h = 1, w = 1] = x.shape;
      const y = p.pad(x, [0, 0, 0, 0], [0, bottom, right, 0]);
      record([y], ([dy]) => give(x, () => p.slice(p.slice(dy as Value, 1, 0, h), 2, 0, w)));
      return y;
    },
  };
}
