import type { Ops, Size } from '../model/ops.js';
import type { GraphBuilder, GraphTensor } from './graph-builder.js';
import { leadingOfBlocks, transpose2d, weightTensor } from './graph-builder.js';

/**
 * Linear layers, whose weights are stored transposed. Active sizes are cut here if they are numbers, else by the graph. With a bias a layer is
 * one Gemm over rows: of a product of more dimensions and a sum ONNX Runtime makes two passes.
 */
export function createGraphLinear(
  graph: GraphBuilder,
  { matmul, add, reshape }: Pick<Ops<GraphTensor>, 'matmul' | 'add' | 'reshape'>,
): Ops<GraphTensor>['linear'] {
  const node = (opType: string, inputs: readonly string[], shape: readonly number[]): GraphTensor => ({
    name: graph.node(opType, inputs)[0] as string,
    shape,
  });
  /** The leading units, as many as the graph's scalar says, of every block along `axis`. */
  const take = (
    x: GraphTensor,
    axis: number,
    size: Size<GraphTensor> | undefined,
    unit: number,
    blocks: number,
  ): GraphTensor => {
    if (size === undefined || typeof size === 'number') return x;
    const cut = x.shape.map((length, i) => (i === axis ? -1 : length));
    const slice = (from: GraphTensor, at: number, shape: readonly number[]) =>
      node('Slice', [from.name, graph.integers([0]), size.name, graph.integers([at])], shape);
    if (unit === 1 && blocks === 1) return slice(x, axis, cut);
    const units = (x.shape[axis] as number) / unit / blocks;
    const apart = [...x.shape.slice(0, axis), blocks, units, unit, ...x.shape.slice(axis + 1)];
    const leading = slice(node('Reshape', [x.name, graph.integers(apart)], apart), axis + 1, []);
    return node('Reshape', [leading.name, graph.integers(cut)], cut);
  };

  return (x, layer, active = {}) => {
    const { shape, data } = weightTensor(graph.weights, `${layer}.weight`);
    const [outputs = 0, inputs = 0] = shape;
    const { unit = 1, blocks = 1 } = active;
    // Static sizes are cut here, so that an exported subnet holds nothing it does not use.
    const rows = typeof active.outputs === 'number' ? active.outputs * unit * blocks : outputs;
    const columns = typeof active.inputs === 'number' ? active.inputs * unit : inputs;
    const stored = graph.initializer(`${layer}.weight.T`, [columns, rows], () =>
      transpose2d(leadingOfBlocks(data, [outputs, inputs], [rows, columns], blocks), rows, columns),
    );
    const chosen = take({ name: stored, shape: [columns, rows] }, 1, active.outputs, unit, blocks);
    const weight = take(chosen, 0, active.inputs, unit, 1);
    const bias = graph.weights.get(`${layer}.bias`);
    if (bias === undefined) return matmul(x, weight);
    const all = graph.initializer(`${layer}.bias`, [rows], () =>
      leadingOfBlocks(bias.data, [outputs, 1], [rows, 1], blocks),
    );
    const shift = take({ name: all, shape: [rows] }, 0, active.outputs, unit, blocks);
    const leading = x.shape.slice(0, -1);
    const [channels, wide] = [x.shape.at(-1) as number, shift.shape[0] as number];
    const rowCount = leading.some((size) => size < 0) ? -1 : leading.reduce((product, size) => product * size, 1);
    // ONNX infers one size of a reshape.
    if (rowCount < 0 && (channels < 0 || wide < 0 || leading.filter((size) => size < 0).length > 1)) {
      return add(matmul(x, weight), shift);
    }
    const flat = reshape(x, [rowCount, channels]);
    const product = node('Gemm', [flat.name, weight.name, shift.name], [rowCount, wide]);
    return reshape(product, [...leading, wide]);
  };
}
