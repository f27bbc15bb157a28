import { ModelError } from '../../errors.js';
import { createCrossAttention } from '../model/cross-attention.js';
import type { Ops } from '../model/ops.js';
import { createGraphAttention } from './graph-attention.js';
import { type GraphBuilder, type GraphTensor, int, ints, weightTensor } from './graph-builder.js';
import { createGraphLinear } from './graph-linear.js';

const [SQRT_2, HALF, ONE] = [Float32Array.of(Math.SQRT2), Float32Array.of(0.5), Float32Array.of(1)];

/** The interpreter that writes the network down as an ONNX graph, in the operators ONNX Runtime has fast CPU kernels for. */
export function createGraphOps(graph: GraphBuilder): Ops<GraphTensor> {
  const tensor = (name: string | undefined, shape: readonly number[]): GraphTensor => ({ name: name as string, shape });
  const unary = (opType: string) => (x: GraphTensor) => tensor(graph.node(opType, [x.name])[0], x.shape);
  const binary = (opType: string) => (a: GraphTensor, b: GraphTensor) =>
    tensor(graph.node(opType, [a.name, b.name])[0], broadcast(a.shape, b.shape));
  const parameter = (name: string): GraphTensor => {
    const { shape, data } = weightTensor(graph.weights, name);
    return tensor(
      graph.initializer(name, shape, () => data),
      shape,
    );
  };
  const optional = (name: string) => (graph.weights.has(name) ? parameter(name) : undefined);
  const constant = (data: Float32Array, shape: readonly number[]) => tensor(graph.floats(data, shape), shape);
  const add = binary('Add');
  const multiply = binary('Mul');

  const reshape = (x: GraphTensor, shape: readonly number[]): GraphTensor => {
    // ONNX infers one size; where two are unknown both keep their position and are copied (0).
    const unknown = shape.filter((size) => size < 0).length;
    const target = shape.map((size) => (size < 0 && unknown > 1 ? 0 : size));
    return tensor(graph.node('Reshape', [x.name, graph.integers(target)])[0], inferred(x.shape, shape));
  };
  const transpose = (x: GraphTensor, permutation: readonly number[]) =>
    tensor(
      graph.node('Transpose', [x.name], { perm: ints(permutation) })[0],
      permutation.map((axis) => x.shape[axis] as number),
    );
  const slice = (x: GraphTensor, axis: number, start: number, size: number) => {
    const range = [graph.integers([start]), graph.integers([start + size]), graph.integers([axis])];
    return tensor(
      graph.node('Slice', [x.name, ...range])[0],
      x.shape.map((length, i) => (i === axis ? size : length)),
    );
  };
  const matmul = (a: GraphTensor, b: GraphTensor) => {
    const head =
      a.shape.length === b.shape.length ? broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)) : a.shape.slice(0, -2);
    return tensor(graph.node('MatMul', [a.name, b.name])[0], [
      ...head,
      a.shape.at(-2) as number,
      b.shape.at(-1) as number,
    ]);
  };

  const linear = createGraphLinear(graph, { matmul, add, reshape });

  const convolution = (x: GraphTensor, layer: string, options: { stride: number; padding: number }, group: number) => {
    const weight = parameter(`${layer}.weight`);
    const bias = optional(`${layer}.bias`);
    const [channels = 0, , kernel = 1] = weight.shape;
    const { stride, padding } = options;
    const attributes = {
      kernel_shape: ints([kernel, kernel]),
      strides: ints([stride, stride]),
      pads: ints([padding, padding, padding, padding]),
      group: int(group),
    };
    const planar = transpose(x, [0, 3, 1, 2]);
    const [b = -1, , h = 0, w = 0] = planar.shape;
    const side = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
    const inputs = [planar.name, weight.name, ...(bias ? [bias.name] : [])];
    const shape = [b, channels, side(h), side(w)];
    return transpose(tensor(graph.node('Conv', inputs, attributes)[0], shape), [0, 2, 3, 1]);
  };

  const concat = (parts: readonly GraphTensor[], axis: number): GraphTensor => {
    const first = parts[0] as GraphTensor;
    const length = parts.reduce(
      (sum, { shape }) => (sum < 0 || (shape[axis] as number) < 0 ? -1 : sum + (shape[axis] as number)),
      0,
    );
    const shape = first.shape.map((size, i) => {
      if (i === axis) return length;
      return parts.some((part) => part.shape[i] === -1) ? -1 : size;
    });
    return tensor(
      graph.node(
        'Concat',
        parts.map(({ name }) => name),
        { axis: int(axis) },
      )[0],
      shape,
    );
  };

  // In the very form that ONNX Runtime makes one operator of: a product with sqrt(1/2) would stay five, and so would
  // constants of one dimension, to which it adds others where it moves a transpose past them.
  const gelu = (x: GraphTensor) => {
    const error = unary('Erf')(binary('Div')(x, constant(SQRT_2, [])));
    return multiply(multiply(x, constant(HALF, [])), add(error, constant(ONE, [])));
  };
  const primitives = { reshape, transpose, matmul, add, multiply, constant, slice, concat };

  return {
    parameter,
    constant,
    shape: (x) => x.shape,
    add,
    multiply,
    gelu,
    relu: unary('Relu'),
    sin: unary('Sin'),
    cos: unary('Cos'),
    equal: (x, value) => {
      const same = graph.node('Equal', [x.name, constant(Float32Array.of(value), [1]).name])[0] as string;
      return tensor(graph.node('Cast', [same], { to: int(1) })[0], x.shape);
    },
    reshape,
    transpose,
    slice,
    matmul,
    linear,
    concat,
    pad: (x, bottom, right) => {
      if (bottom === 0 && right === 0) return x;
      const [b = -1, h = 0, w = 0, c = 0] = x.shape;
      const name = graph.node('Pad', [x.name, graph.integers([0, 0, 0, 0, 0, bottom, right, 0])])[0];
      return tensor(name, [b, h + bottom, w + right, c]);
    },
    layerNorm: (x, layer, epsilon) => {
      const inputs = [x.name, parameter(`${layer}.weight`).name, parameter(`${layer}.bias`).name];
      return tensor(
        graph.node('LayerNormalization', inputs, { axis: int(-1), epsilon: { float: epsilon } })[0],
        x.shape,
      );
    },
    groupNorm: (x, layer, epsilon) => {
      const [b = -1, h = 0, w = 0, c = 0] = x.shape;
      const whole = reshape(x, [b, 1, h * w * c]);
      const [one, zero] = [1, 0].map((value) => constant(Float32Array.of(value), [1]).name) as [string, string];
      const normal = graph.node('InstanceNormalization', [whole.name, one, zero], { epsilon: { float: epsilon } })[0];
      const map = reshape(tensor(normal, whole.shape), [b, h, w, c]);
      return add(multiply(map, parameter(`${layer}.weight`)), parameter(`${layer}.bias`));
    },
    conv2d: (x, layer, options) => convolution(x, layer, options, 1),
    depthwiseConv2d: (x, layer, options) => convolution(x, layer, options, x.shape.at(-1) as number),
    ...createGraphAttention(graph, primitives),
    attend: createCrossAttention({
      ...{ ...primitives, parameter, linear, shape: (x) => x.shape },
      softmax: (x) => tensor(graph.node('Softmax', [x.name], { axis: int(-1) })[0], x.shape),
    }),
  };
}

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => {
    const [x, y] = [a[i - length + a.length] ?? 1, b[i - length + b.length] ?? 1];
    if (x === 1) return y;
    if (y === 1 || x === y) return x;
    if (x < 0 || y < 0) return Math.max(x, y);
    throw new ModelError('MODEL_SHAPE', `shapes [${a}] and [${b}] do not broadcast`, {
      remedy: 'the weights are not of this description: convert the checkpoint again',
    });
  });
}

/** The shape after a reshape: a -1 becomes known when everything it depends on is. */
function inferred(from: readonly number[], to: readonly number[]): number[] {
  if (from.some((size) => size < 0)) return [...to];
  const product = (sizes: readonly number[]) => sizes.reduce((a, size) => a * size, 1);
  return to.map((size) => (size < 0 ? product(from) / product(to.filter((other) => other >= 0)) : size));
}
