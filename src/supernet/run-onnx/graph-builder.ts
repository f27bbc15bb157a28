import type {
  OnnxAttribute,
  OnnxElementType,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from '../formats/onnx/proto.js';
import { missingTensor } from '../model/missing-tensor.js';
import type { Weights } from '../model/network.js';

/** Operator set of every graph: the first with LayerNormalization, and the one SAM's own exports use. */
const OPSET = 17;
const IR_VERSION = 8;

/** A value of a graph under construction; a size that is known at run time only is -1. */
export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface GraphBuilder {
  readonly weights: Weights;
  /** Dimensions of -1 are named after the input and their position. */
  input(name: string, shape: readonly number[], type?: OnnxElementType): GraphTensor;
  output(name: string, tensor: GraphTensor): void;
  /** Makes an output of a node's result under the name it has. */
  expose(tensor: GraphTensor): void;
  /** `domain`: of an operator outside the default set. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes?: OnnxNode['attributes'],
    outputs?: number,
    domain?: string,
  ): string[];
  /** What `then` makes, run only where the scalar `condition` holds; `otherwise`, which has the same shape, elsewhere. */
  branch(condition: string, then: () => GraphTensor, otherwise: GraphTensor): GraphTensor;
  /** A float tensor; equal names are stored once. */
  initializer(name: string, shape: readonly number[], data: () => Float32Array): string;
  integers(values: readonly number[]): string;
  /** The same array is stored once. */
  floats(values: Float32Array, shape: readonly number[]): string;
  finish(name: string, metadata?: OnnxModel['metadata']): OnnxModel;
}

export const int = (value: number): OnnxAttribute => ({ int: value });
export const ints = (values: readonly number[]): OnnxAttribute => ({ ints: values });

/**
 * Collects nodes in the order they are made, which is an execution order.
 * @param prefix of the names of results, for graphs that know each other's
 */
export function createGraphBuilder(weights: Weights, prefix = ''): GraphBuilder {
  const all: OnnxNode[] = [];
  /** Where nodes go: the graph's own, or those of the branch that is being made. */
  let nodes = all;
  let made = 0;
  const initializers = new Map<string, OnnxTensor>();
  const constants = new Map<Float32Array, string>();
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const value = (name: string, type: OnnxElementType, shape: readonly number[]): OnnxValue => ({
    name,
    type,
    shape: shape.map((size, i) => (size < 0 ? `${name}_${i}` : size)),
  });
  const node: GraphBuilder['node'] = (opType, from, attributes = {}, count = 1, domain) => {
    const id = made++;
    const to = Array.from({ length: count }, (_, i) => `${prefix}${opType}_${id}_${i}`);
    nodes.push({
      ...{ name: `${opType}_${id}`, opType, inputs: from, outputs: to, attributes },
      ...(domain !== undefined && { domain }),
    });
    return to;
  };
  return {
    weights,
    node,
    input(name, shape, type = 'float32') {
      inputs.push(value(name, type, shape));
      return { name, shape };
    },
    branch(condition, then, otherwise) {
      const id = made++;
      const name = `${prefix}If_${id}`;
      const graphOf = (half: string, make: () => string) => {
        const outer = nodes;
        nodes = [];
        const output = `${name}_${half}`;
        nodes.push({ name: output, opType: 'Identity', inputs: [make()], outputs: [output], attributes: {} });
        const graph = {
          name: output,
          nodes,
          initializers: [],
          inputs: [],
          outputs: [value(output, 'float32', otherwise.shape)],
        };
        nodes = outer;
        return { graph };
      };
      const attributes = {
        then_branch: graphOf('then', () => then().name),
        else_branch: graphOf('else', () => otherwise.name),
      };
      nodes.push({ name, opType: 'If', inputs: [condition], outputs: [name], attributes });
      return { name, shape: otherwise.shape };
    },
    output(name, tensor) {
      made++;
      nodes.push({ name, opType: 'Identity', inputs: [tensor.name], outputs: [name], attributes: {} });
      outputs.push(value(name, 'float32', tensor.shape));
    },
    expose({ name, shape }) {
      outputs.push(value(name, 'float32', shape));
    },
    initializer(name, shape, data) {
      if (!initializers.has(name)) initializers.set(name, { name, type: 'float32', dims: shape, data: data() });
      return name;
    },
    integers(values) {
      const name = `ints_${values.join('_')}`;
      const data = BigInt64Array.from(values, BigInt);
      if (!initializers.has(name)) initializers.set(name, { name, type: 'int64', dims: [values.length], data });
      return name;
    },
    floats(values, shape) {
      const known = constants.get(values);
      if (known !== undefined && `${initializers.get(known)?.dims}` === `${shape}`) return known;
      const name = `floats_${initializers.size}`;
      initializers.set(name, { name, type: 'float32', dims: shape, data: values });
      constants.set(values, name);
      return name;
    },
    finish: (name, metadata = {}) => ({
      irVersion: IR_VERSION,
      producerName: 'supersam',
      opset: OPSET,
      metadata,
      graph: { name, nodes: all, initializers: [...initializers.values()], inputs, outputs },
    }),
  };
}

export function weightTensor(weights: Weights, name: string) {
  const tensor = weights.get(name);
  if (tensor === undefined) throw missingTensor(name);
  return tensor;
}

/**
 * The leading columns and, in every one of equal blocks of rows, the leading rows of a row-major matrix (a 1x1 convolution's
 * weight counts as one).
 */
export function leadingOfBlocks(
  data: Float32Array,
  [rows, columns]: readonly [number, number],
  [r, c]: readonly [number, number],
  blocks: number,
): Float32Array {
  if (r === rows && c === columns) return data;
  const part = new Float32Array(r * c);
  for (let row = 0; row < r; row++) {
    const from = Math.floor(row / (r / blocks)) * (rows / blocks) + (row % (r / blocks));
    part.set(data.subarray(from * columns, from * columns + c), row * c);
  }
  return part;
}

export function transpose2d(data: Float32Array, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      transposed[column * rows + row] = data[row * columns + column] as number;
  }
  return transposed;
}
