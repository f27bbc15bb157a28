import type { Primitives } from './primitives.js';
import { asMatrix, view } from './primitives.js';
import type { Tape, Value } from './tape.js';

/** x `[..., inputs]` times a weight `[outputs, inputs]`, plus a bias. */
export const createLinear =
  ({ record, give }: Tape, p: Primitives) =>
  (x: Value, weight: Value, bias: Value | undefined): Value => {
    const rows = asMatrix(x);
    const y = p.gemm(rows, weight, { transposeB: true, shift: bias });
    record([y], ([dy]) => {
      give(x, () => p.gemm(dy as Value, weight));
      give(weight, () => p.gemm(dy as Value, rows, { transposeA: true }));
      if (bias !== undefined) give(bias, () => p.columnSums(dy as Value));
    });
    return view(y, [...x.shape.slice(0, -1), weight.shape[0] as number]);
  };
