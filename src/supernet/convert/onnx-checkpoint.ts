import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ModelError } from '../../errors.js';
import { decodeModel, type OnnxGraph, type OnnxNode, type OnnxTensor } from '../formats/onnx/proto.js';
import { storedTensors, type TensorFile } from '../formats/tensor-file.js';
import type { Weights } from '../model/network.js';
import { asTensor, compactAttentionBiases, modulePath, onnxWeights } from './onnx-weights.js';

/** A graph and the file's name, for messages. */
export interface LabelledGraph {
  readonly graph: OnnxGraph;
  readonly label: string;
}

/**
 * The weights of a network of the SAM family that was exported from PyTorch as two graphs, encoder and decoder, under the names
 * of the PyTorch network. Batch norms are folded in such files: a convolution of a TinyViT (`….c`) has a weight and a bias.
 * @throws ModelError that names the tensors whose place cannot be told
 */
export function onnxPairWeights(encoder: LabelledGraph, decoder: LabelledGraph): Weights {
  const weights = new Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>();
  for (const [name, tensor] of onnxWeights(encoder.graph, encoder.label, () => [])) {
    weights.set(encoderName(name), tensor);
  }
  for (const [name, table] of attentionTables(encoder.graph.nodes)) {
    weights.set(encoderName(`${name}.attention_biases`), compactAttentionBiases(table));
  }
  for (const [name, tensor] of onnxWeights(decoder.graph, decoder.label, decoderSpecial)) {
    weights.set(decoderName(name), tensor);
  }
  return weights;
}

/**
 * Opens an encoder's ONNX file together with its decoder's, which is the other one in its folder.
 * @throws ModelError where there is no other or more than one, and what `onnxPairWeights` throws
 */
export async function openOnnxPair(path: string): Promise<TensorFile> {
  const others = (await readdir(dirname(path))).filter((file) => /\.onnx$/i.test(file) && file !== basename(path));
  const [other] = others;
  if (other === undefined || others.length > 1) {
    const found = others.length === 0 ? 'no other .onnx is' : `${others.length} others are`;
    throw new ModelError('MODEL_CHECKPOINT', `${path} is one half of a network, and ${found} beside it`, {
      remedy:
        'put the encoder and the decoder alone into a folder, or give the .pth or .safetensors they were exported from',
    });
  }
  const halves = [await readGraph(path), await readGraph(join(dirname(path), other))];
  const decoder = halves.find(({ graph }) => isDecoder(graph));
  const encoder = halves.find((half) => half !== decoder);
  if (decoder === undefined || encoder === undefined || isDecoder(encoder.graph)) {
    throw new ModelError('MODEL_CHECKPOINT', `${path} and ${other} are no encoder and decoder of one network`, {
      remedy: 'put the encoder and the decoder alone into a folder',
    });
  }
  return { tensors: storedTensors(onnxPairWeights(encoder, decoder)), close: async () => undefined };
}

async function readGraph(path: string): Promise<LabelledGraph> {
  try {
    return { graph: decodeModel(await readFile(path), path).graph, label: path };
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError('MODEL_CHECKPOINT', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      remedy: 'copy the file again',
    });
  }
}

const isDecoder = ({ initializers }: OnnxGraph): boolean =>
  initializers.some(({ name }) => /(^|\.)(mask_decoder|output_upscaling|iou_prediction_head)\./.test(name));

/** Exported alone, an encoder's names have nothing before them. */
const encoderName = (name: string): string => `image_encoder.${name.replace(/^(.*\.)?image_encoder\./, '')}`;

/** The bias tables are constants of the graph, each added to the scores of one attention. */
function attentionTables(nodes: readonly OnnxNode[]): (readonly [attention: string, table: OnnxTensor])[] {
  return nodes.flatMap((node) => {
    const value = node.opType === 'Constant' ? node.attributes['value'] : undefined;
    if (value === undefined || !('tensor' in value) || value.tensor.dims.length !== 3) return [];
    const path = modulePath(node);
    return path.endsWith('.attn') ? [[path, { ...value.tensor, name: path }] as const] : [];
  });
}

/** What the decoder's graph uses at its top level, outside any module. */
function decoderSpecial(node: OnnxNode, tensor: OnnxTensor) {
  if (node.opType === 'Mul' && `${tensor.dims}` === '1,256,1,1') {
    return [['prompt_encoder.no_mask_embed.weight', asTensor(tensor, [1, 256])] as const];
  }
  if (node.opType === 'Expand' && `${tensor.dims}` === '1,5,256') {
    const tokens = tensor.data as Float32Array;
    return [
      ['mask_decoder.iou_token.weight', { shape: [1, 256], data: tokens.slice(0, 256) }] as const,
      ['mask_decoder.mask_tokens.weight', { shape: [4, 256], data: tokens.slice(256) }] as const,
    ];
  }
  return [];
}

function decoderName(name: string): string {
  if (name.startsWith('model.')) return name.slice('model.'.length);
  if (name.startsWith('mask_downscaling.')) return `prompt_encoder.${name}`;
  return /^(prompt_encoder|mask_decoder)\./.test(name) ? name : `mask_decoder.${name}`;
}
