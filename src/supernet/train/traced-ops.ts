import type { Ops, SelfAttention, Size } from '../model/ops.js';
import { MOST_SCORES } from '../run-tfjs/token-attention.js';

type Shape = readonly number[];

/** What the differentiable interpreter would hold of a pass, in numbers (float32). */
export interface Kept {
  /** Results of operations. */
  outputs: number;
  /** What operations keep besides for their gradients. */
  saved: number;
}

/**
 * An interpreter that computes shapes alone and adds up in `kept` what `createTfjsOps` would hold for the same calls: a result an operation,
 * none for a reshape, and what the gradient needs where that is not an input.
 */
export function createTracedOps(parameters: ReadonlyMap<string, Shape>, kept: Kept): Ops<Shape> {
  const trace: Trace = (shape, saved = 0) => {
    kept.outputs += size(shape);
    kept.saved += saved;
    return shape;
  };
  const parameter = (name: string): Shape => parameters.get(name) ?? [];
  const number = (active: Size<Shape> | undefined, full: number): number =>
    typeof active === 'number' ? active : full;
  const broadcast = (a: Shape, b: Shape): Shape => {
    const rank = Math.max(a.length, b.length);
    return trace(Array.from({ length: rank }, (_, i) => Math.max(a.at(i - rank) ?? 1, b.at(i - rank) ?? 1)));
  };
  const same = (x: Shape): Shape => trace(x);
  const normalised = (x: Shape): Shape => trace(x, size(x) + size(x) / (x.at(-1) ?? 1));
  const strided = (x: Shape, layer: string, { stride, padding }: { stride: number; padding: number }): Shape => {
    const [outputs = 1, , kernel = 1] = parameter(`${layer}.weight`);
    const side = (length = 1) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
    return trace([x[0] ?? 1, side(x[1]), side(x[2]), outputs]);
  };
  const reshape = (x: Shape, shape: Shape): Shape => {
    const known = shape.reduce((product, length) => (length < 0 ? product : product * length), 1);
    return shape.map((length) => (length < 0 ? size(x) / known : length));
  };
  const matmul = (a: Shape, b: Shape): Shape => trace([...a.slice(0, -1), b.at(-1) ?? 1]);

  return {
    parameter,
    constant: (_, shape) => trace(shape),
    shape: (x) => x,
    add: broadcast,
    multiply: broadcast,
    gelu: (x) => trace(x, size(x)),
    relu: same,
    sin: same,
    cos: same,
    equal: same,
    reshape,
    transpose: (x, permutation) => trace(permutation.map((axis) => x[axis] ?? 1)),
    concat: (parts, axis) =>
      trace(
        (parts[0] ?? []).map((length, i) =>
          i === axis ? parts.reduce((sum, part) => sum + (part[i] ?? 0), 0) : length,
        ),
      ),
    slice: (x, axis, _, length) => trace(x.map((own, i) => (i === axis ? length : own))),
    pad: (x, bottom, right) =>
      bottom === 0 && right === 0 ? x : trace([x[0] ?? 1, (x[1] ?? 1) + bottom, (x[2] ?? 1) + right, x[3] ?? 1]),
    matmul,
    linear: (x, layer, { outputs, inputs, unit = 1, blocks = 1 } = {}) => {
      const [rows = 1, columns = 1] = parameter(`${layer}.weight`);
      const taken = blocks * unit * number(outputs, rows / blocks / unit);
      const part = unit * number(inputs, columns / unit);
      return trace([...x.slice(0, -1), taken], taken === rows && part === columns ? 0 : taken * part);
    },
    layerNorm: normalised,
    groupNorm: normalised,
    conv2d: strided,
    depthwiseConv2d: strided,
    attention: (q, k, v, heads) => {
      const [groups, n = 1, m = 1] = [Math.max(q[0] ?? 1, k[0] ?? 1, v[0] ?? 1), q[1], k[1]];
      // Heads apart, then a copy for every prompt where a side is shared by all.
      for (const side of [q, k, v]) {
        trace(side);
        if (side[0] !== groups) trace([groups, ...side.slice(1)]);
      }
      const mixed = [groups, n, v[2] ?? 1];
      trace(mixed, groups * heads * n * m);
      return trace(mixed);
    },
    selfAttention: (qkv, options) => traceSelfAttention(trace, qkv, options),
  };
}

const size = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);

/** Adds a result, and what is kept besides it, and returns the result. */
export type Trace = (shape: Shape, saved?: number) => Shape;

/** Queries, keys and values apart, and the shares unless they are computed again in rounds. */
function traceSelfAttention(trace: Trace, qkv: Shape, { headChannels, offsetBias }: SelfAttention<Shape>): Shape {
  const [windows = 1, tokens = 1, width = 1] = qkv;
  const heads = width / 3 / headChannels;
  const shares = windows * heads * tokens * tokens;
  const inRounds = offsetBias === undefined && tokens * tokens > MOST_SCORES;
  return trace([windows, tokens, width / 3], windows * tokens * width + (inRounds ? 0 : shares));
}
