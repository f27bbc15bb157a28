import type { OnnxModel, OnnxNode, OnnxTensor } from '../formats/onnx/proto.js';
import { int } from './graph-builder.js';
import { storeHalves } from './half-weights.js';

/** Smaller weights stay: they weigh nothing beside their scales. */
const LEAST = 1024;
const LARGEST = 127;
const LAYERS = new Set(['Gemm', 'MatMul', 'Conv', 'ConvTranspose']);

/**
 * The same graph with the weights of its layers as signed bytes and a float32 scale a channel, and other larger tensors as float16: about a
 * quarter of the bytes. They become float32 again before they are used, once, as a session loads; arithmetic is as before.
 */
export function storeBytes(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const weights = new Set(graph.nodes.flatMap(({ opType, inputs }) => (LAYERS.has(opType) ? inputs.slice(1, 2) : [])));
  const isStored = ({ name, type, dims, data }: OnnxTensor) =>
    weights.has(name) && type === 'float32' && dims.length >= 2 && data.length >= LEAST;
  const others = storeHalves({
    ...model,
    graph: { ...graph, initializers: graph.initializers.filter((tensor) => !isStored(tensor)) },
  });
  const stored = graph.initializers.filter(isStored).map(quantise);
  return {
    ...others,
    graph: {
      ...others.graph,
      initializers: [...others.graph.initializers, ...stored.flatMap(({ tensors }) => tensors)],
      nodes: [...stored.flatMap(({ nodes }) => nodes), ...others.graph.nodes],
    },
  };
}

/** Columns of a matrix, which stands transposed, and kernels of a convolution have a scale each; the largest weight is 127 of it. */
function quantise({ name, dims, data }: OnnxTensor): { tensors: OnnxTensor[]; nodes: OnnxNode[] } {
  const axis = dims.length === 2 ? 1 : 0;
  const channels = dims[axis] as number;
  const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  for (let i = 0; i < data.length; i++) {
    const channel = channelOf(i);
    scales[channel] = Math.max(scales[channel] as number, Math.abs(data[i] as number) / LARGEST);
  }
  const bytes = new Int8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const scale = scales[channelOf(i)] as number;
    bytes[i] = scale === 0 ? 0 : Math.round((data[i] as number) / scale);
  }
  const shape = dims.map((size, i) => (i === axis ? size : 1));
  const [byte, scale, whole] = [`${name}.byte`, `${name}.scale`, `${name}.whole`];
  return {
    tensors: [
      { name: byte, type: 'int8', dims, data: bytes },
      { name: scale, type: 'float32', dims: shape, data: scales },
    ],
    nodes: [
      { name: `${byte}.cast`, opType: 'Cast', inputs: [byte], outputs: [whole], attributes: { to: int(1) } },
      { name: `${byte}.mul`, opType: 'Mul', inputs: [whole, scale], outputs: [name], attributes: {} },
    ],
  };
}
