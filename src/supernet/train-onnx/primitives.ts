import { int, ints } from '../run-onnx/graph-builder.js';
import type { Tape, Value } from './tape.js';

type Shape = readonly number[];

/** Operators that record nothing: what gradients are written in, and differentiable operations before they are recorded. */
export interface Primitives {
  add(a: Value, b: Value): Value;
  subtract(a: Value, b: Value): Value;
  multiply(a: Value, b: Value): Value;
  unary(opType: string, x: Value): Value;
  scaled(x: Value, factor: number): Value;
  /** Product of matrices, either of which may be taken transposed, plus `shift` for every row. */
  gemm(a: Value, b: Value, options?: GemmOptions): Value;
  /** Products of the matrices in the last two dimensions; the others broadcast. */
  product(a: Value, b: Value, options?: ProductOptions): Value;
  softmax(x: Value): Value;
  gelu(x: Value): Value;
  transpose(x: Value, permutation: Shape): Value;
  sum(x: Value, axes: Shape): Value;
  /** Over the last axis, which stays as 1. */
  mean(x: Value): Value;
  /** What was repeated by broadcasting from `shape`, summed. */
  sumTo(x: Value, shape: Shape): Value;
  /** `[n, m]` to `[m]`. */
  columnSums(x: Value): Value;
  slice(x: Value, axis: number, start: number, size: number, step?: number): Value;
  concat(parts: readonly Value[], axis: number): Value;
  /** Equal parts along the first axis. */
  split(x: Value, parts: number): Value[];
  /** 1 where x equals `value`, else 0. */
  equal(x: Value, value: number): Value;
  pad(x: Value, before: Shape, after: Shape): Value;
}

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly scale?: number;
}
export type GemmOptions = Pick<ProductOptions, 'transposeA' | 'transposeB'> & { readonly shift?: Value | undefined };

/** Operators of ONNX Runtime beside the standard's. */
const CONTRIBUTED = 'com.microsoft';
const flag = (value: boolean | undefined) => int(value === true ? 1 : 0);

export const view = (x: Value, shape: Shape): Value => ({ ...x, shape });
/** All dimensions but the last as one. */
export const asMatrix = (x: Value): Value => view(x, [count(x.shape.slice(0, -1)), x.shape.at(-1) as number]);
export const count = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

export function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => Math.max(a.at(i - rank) ?? 1, b.at(i - rank) ?? 1));
}

export function createPrimitives({ node, nodes, scalar }: Tape): Primitives {
  const binary = (opType: string) => (a: Value, b: Value) => node(opType, [a, b], broadcast(a.shape, b.shape));
  const multiply = binary('Mul');
  const sum = (x: Value, axes: Shape): Value =>
    node(
      'ReduceSum',
      [x],
      x.shape.map((size, i) => (axes.includes(i) ? 1 : size)),
      { attributes: { keepdims: int(1) }, integers: [axes] },
    );
  const columnSums = (x: Value): Value => view(sum(x, [0]), [x.shape[1] as number]);
  return {
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply,
    unary: (opType, x) => node(opType, [x], x.shape),
    scaled: (x, factor) => multiply(x, scalar(factor)),
    gemm: (a, b, { transposeA, transposeB, shift } = {}) => {
      const shape = [a.shape[transposeA ? 1 : 0] as number, b.shape[transposeB ? 0 : 1] as number];
      const attributes = { transA: flag(transposeA), transB: flag(transposeB) };
      return node('Gemm', [a, b, ...(shift ? [shift] : [])], shape, { attributes });
    },
    product: (a, b, { transposeA, transposeB, scale = 1 } = {}) => {
      const rows = a.shape.at(transposeA ? -1 : -2) as number;
      const columns = b.shape.at(transposeB ? -2 : -1) as number;
      const shape = [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
      const attributes = { transA: flag(transposeA), transB: flag(transposeB), alpha: { float: scale } };
      return node('FusedMatMul', [a, b], shape, { attributes, domain: CONTRIBUTED });
    },
    gelu: (x) => node('Gelu', [x], x.shape, { domain: CONTRIBUTED }),
    softmax: (x) => node('Softmax', [x], x.shape, { attributes: { axis: int(-1) } }),
    transpose: (x, permutation) =>
      node(
        'Transpose',
        [x],
        permutation.map((axis) => x.shape[axis] as number),
        { attributes: { perm: ints(permutation) } },
      ),
    sum,
    mean: (x) =>
      node('ReduceMean', [x], [...x.shape.slice(0, -1), 1], { attributes: { axes: ints([-1]), keepdims: int(1) } }),
    sumTo: (x, shape) => {
      if (`${x.shape}` === `${shape}`) return x;
      const missing = x.shape.length - shape.length;
      const repeated = x.shape.flatMap((size, i) => (size > 1 && (shape[i - missing] ?? 1) === 1 ? [i] : []));
      return view(repeated.length === 0 ? x : sum(x, repeated), shape);
    },
    columnSums,
    slice: (x, axis, start, size, step = 1) =>
      node(
        'Slice',
        [x],
        x.shape.map((length, i) => (i === axis ? size : length)),
        { integers: [[start], [start + (size - 1) * step + 1], [axis], [step]] },
      ),
    concat: (parts, axis) => {
      const shape = (parts[0] as Value).shape.map((size, i) =>
        i === axis ? parts.reduce((length, part) => length + (part.shape[axis] as number), 0) : size,
      );
      return node('Concat', parts, shape, { attributes: { axis: int(axis) } });
    },
    split: (x, parts) => {
      const shape = [(x.shape[0] as number) / parts, ...x.shape.slice(1)];
      const shapes = Array.from({ length: parts }, () => shape);
      return nodes('Split', [x], shapes, { attributes: { axis: int(0) } });
    },
    equal: (x, value) =>
      node('Cast', [node('Equal', [x, scalar(value)], x.shape)], x.shape, { attributes: { to: int(1) } }),
    pad: (x, before, after) =>
      [...before, ...after].every((size) => size === 0)
        ? x
        : node(
            'Pad',
            [x],
            x.shape.map((size, i) => size + (before[i] as number) + (after[i] as number)),
            { integers: [[...before, ...after]] },
          ),
  };
}
