import { toHalf } from '../formats/element-types.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../formats/onnx/proto.js';
import { int } from './graph-builder.js';

/** Smaller tensors stay: they weigh nothing, and operators are joined by constants that are plainly there. */
const LEAST = 256;
/** The largest finite number of binary16. */
const LARGEST = 65504;

/**
 * The same graph with its larger tensors stored as float16 and cast back before they are used: half the bytes, arithmetic
 * in float32 as before, on every runtime. A session casts once, as it loads.
 */
export function storeHalves(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const casts: OnnxNode[] = [];
  const initializers = graph.initializers.map((tensor): OnnxTensor => {
    const { name, type, dims, data } = tensor;
    const fits =
      type === 'float32' && data.length >= LEAST && (data as Float32Array).every((x) => Math.abs(x) <= LARGEST);
    if (!fits) return tensor;
    const half = `${name}.half`;
    casts.push({ name: `${half}.cast`, opType: 'Cast', inputs: [half], outputs: [name], attributes: { to: int(1) } });
    return { name: half, type: 'float16', dims, data: Uint16Array.from(data as Float32Array, toHalf) };
  });
  return { ...model, graph: { ...graph, initializers, nodes: [...casts, ...graph.nodes] } };
}
