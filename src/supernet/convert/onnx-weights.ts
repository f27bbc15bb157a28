import { ModelError } from '../../errors.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../formats/onnx/proto.js';
import { offsetEntries } from '../model/ops.js';

const remedy = 'give the .pth or .safetensors that the file was exported from';

/** Named in a message. */
const LISTED = 8;

type Tensor = { readonly shape: readonly number[]; readonly data: Float32Array };

/**
 * The parameters of a network exported from PyTorch, under the names they had there. The exporter renames a tensor to
 * `onnx::…` when it folds or transposes it; the node that uses it still carries the module's path, so
 * `/layers.1/blocks.0/attn/qkv/MatMul` gives `layers.1.blocks.0.attn.qkv.weight`. Linear weights come back as
 * `[outputs, inputs]`, scales and shifts of a channel norm as `[channels]`. `special` names what has no module path;
 * it returns nothing for tensors it does not know. A float tensor without a name is a `ModelError` that lists such.
 */
export function onnxWeights(
  graph: OnnxGraph,
  label: string,
  special: (node: OnnxNode, tensor: OnnxTensor) => readonly (readonly [name: string, tensor: Tensor])[],
): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  const left = new Map(graph.initializers.filter((t) => t.type === 'float32').map((t) => [t.name, t]));
  for (const node of graph.nodes) {
    node.inputs.forEach((input, position) => {
      const tensor = left.get(input);
      if (tensor === undefined) return;
      const found = input.startsWith('onnx::') ? renamed(node, position, tensor) : [[input, asTensor(tensor)] as const];
      const named = found.length > 0 ? found : special(node, tensor);
      for (const [name, value] of named) weights.set(name, value);
      if (named.length > 0) left.delete(input);
    });
  }
  if (left.size > 0) {
    const list = [...left.values()].slice(0, LISTED).map((tensor) => `${tensor.name} [${tensor.dims}]`);
    const more = left.size > LISTED ? ` and ${left.size - LISTED} more` : '';
    throw new ModelError(
      'MODEL_TENSORS',
      `${label} has tensors whose place cannot be told: ${list.join(', ')}${more}`,
      { remedy },
    );
  }
  return weights;
}

/** Segments of a module path; a sequential repeats its own name (`neck/neck.1`), which counts once. */
export function modulePath(node: OnnxNode): string {
  const segments = node.name.split('/').slice(1, -1);
  return segments.filter((segment, i) => !segments[i + 1]?.startsWith(`${segment}.`)).join('.');
}

export function asTensor(tensor: OnnxTensor, shape: readonly number[] = tensor.dims): Tensor {
  return { shape, data: tensor.data as Float32Array };
}

function renamed(node: OnnxNode, position: number, tensor: OnnxTensor): readonly (readonly [string, Tensor])[] {
  const path = modulePath(node);
  if (path === '') return [];
  switch (node.opType) {
    case 'Conv':
      return [[`${path}.${position === 1 ? 'weight' : 'bias'}`, asTensor(tensor)]];
    case 'MatMul':
      return [[`${path}.weight`, transposed(tensor)]];
    case 'Mul':
      return [[`${path}.weight`, asTensor(tensor, [tensor.data.length])]];
    case 'Add':
      return [[`${path}.bias`, asTensor(tensor, [tensor.data.length])]];
    default:
      return [];
  }
}

function transposed(tensor: OnnxTensor): Tensor {
  const [rows = 0, columns = 0] = tensor.dims;
  const source = tensor.data as Float32Array;
  const data = new Float32Array(source.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[column * rows + row] = source[row * columns + column] as number;
    }
  }
  return { shape: [columns, rows], data };
}

/**
 * TinyViT's learned attention bias, from the table `[heads, tokens, tokens]` the exporter unrolled back to one value an
 * offset, `[heads, window * window]`: entry |dy| * window + |dx|. The first row holds every offset from token 0; the
 * rest of the table must repeat it, else this is another kind of bias and a `ModelError`.
 */
export function compactAttentionBiases(table: OnnxTensor): { shape: readonly number[]; data: Float32Array } {
  const [heads = 0, tokens = 0] = table.dims;
  const entries = offsetEntries(Math.round(Math.sqrt(tokens)));
  const values = table.data as Float32Array;
  const data = new Float32Array(heads * tokens);
  for (let head = 0; head < heads; head++) {
    const start = head * tokens * tokens;
    data.set(values.subarray(start, start + tokens), head * tokens);
    const repeats = entries.every((entry, at) => values[start + at] === data[head * tokens + entry]);
    if (!repeats) {
      throw new ModelError('MODEL_TENSORS', `attention bias "${table.name}" is not a function of the offset`, {
        remedy,
      });
    }
  }
  return { shape: [heads, tokens], data };
}
