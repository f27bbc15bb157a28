import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { createRng } from '../../../../src/base/rng.js';
import type { Configuration } from '../../../../src/core/space.js';
import { extract } from '../../../../src/supernet/method/extract.js';
import { macs, parameterCount } from '../../../../src/supernet/model/closed-form.js';
import {
  createEncoder,
  type NetworkDescription,
  parseDescription,
} from '../../../../src/supernet/model/description.js';
import type { EncoderSpec } from '../../../../src/supernet/model/encoder-families.js';
import { checkTensors, type Model } from '../../../../src/supernet/model/model-folder.js';
import { type Encoder, fullSubnet, type Subnet, type Weights } from '../../../../src/supernet/model/network.js';
import { decoderOf } from '../../../../src/supernet/model/networks/decoder.js';
import type { PreparedImage } from '../../../../src/supernet/model/segmentation.js';
import { elasticSizes } from '../../../../src/supernet/run-onnx/elastic.js';
import { exportElasticEncoder, exportEncoder } from '../../../../src/supernet/run-onnx/export.js';
import { createOnnxSegmenter } from '../../../../src/supernet/run-onnx/segmenter.js';
import { loadBackend } from '../../../../src/supernet/run-tfjs/backend.js';
import { createTfjsOps } from '../../../../src/supernet/run-tfjs/ops.js';
import { formulaWeights, noise } from './formula-weights.js';

/** A whole network of any sizes with numbers from a formula. */
export function modelOf(spec: EncoderSpec, inputSize: number): Omit<Model, 'sha256'> {
  const description: NetworkDescription = {
    format: 1,
    name: spec.family,
    inputSize,
    pixelMean: [0, 0, 0],
    pixelStd: [1, 1, 1],
    encoder: spec,
    source: { description: 'numbers from a formula' },
  };
  const encoder = createEncoder(description);
  return { description, weights: formulaWeights(new Map([...encoder.shapes, ...decoderOf(encoder.decoder).shapes])) };
}

export const imageOf = (inputSize: number): PreparedImage => ({
  name: 'image',
  originalWidth: inputSize,
  originalHeight: inputSize,
  inputSize,
  contentWidth: inputSize,
  contentHeight: inputSize,
  pixels: noise('image', [inputSize, inputSize, 3]),
});

/** By one ONNX Runtime session a piece, widths cut at run time; `[grid, grid, channels]`, as the others. */
export async function onnxEmbedding(weights: Weights, encoder: Encoder, subnet: Subnet): Promise<Float32Array> {
  const segmenter = await createOnnxSegmenter({ weights }, encoder, { cacheMegabytes: 16 });
  const [embedding] = await segmenter.embed([imageOf(encoder.inputSize)], subnet);
  await segmenter.close();
  return embedding?.data ?? new Float32Array();
}

export async function tfjsEmbedding(weights: Weights, encoder: Encoder, subnet: Subnet): Promise<Float32Array> {
  const { tf } = await loadBackend('wasm');
  return tf.tidy(() => {
    const ops = createTfjsOps(tf, (name) => {
      const tensor = weights.get(name);
      return tensor && tf.tensor(tensor.data, [...tensor.shape]);
    });
    const image = ops.constant(imageOf(encoder.inputSize).pixels, [1, encoder.inputSize, encoder.inputSize, 3]);
    const embedding = encoder.pieces.reduce(
      (x, piece, i) => (subnet[i] === 0 ? x : piece.forward(ops, x, subnet[i] as number)),
      image,
    );
    return embedding.dataSync() as Float32Array;
  });
}

/** By the one file that the whole network is exported to. */
export const exportedEmbedding = (model: Omit<Model, 'sha256'>, encoder: Encoder): Promise<Float32Array> =>
  fileEmbedding(exportEncoder(model, encoder, { interface: 'native' }), encoder);

/** By the one file of all subnets, which is told this one. */
export function elasticEmbedding(
  model: Omit<Model, 'sha256'>,
  encoder: Encoder,
  subnet: Subnet,
): Promise<Float32Array> {
  const sizes = BigInt64Array.from(elasticSizes(encoder, subnet), BigInt);
  const file = exportElasticEncoder(model, encoder, { interface: 'native' }, {});
  return fileEmbedding(file, encoder, { subnet: new Tensor('int64', sizes, [sizes.length]) });
}

async function fileEmbedding(
  file: Uint8Array,
  { inputSize: size, grid, channels }: Encoder,
  more: { readonly [input: string]: Tensor } = {},
): Promise<Float32Array> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 3 });
  const { pixels } = imageOf(size);
  const area = size * size;
  const planar = Float32Array.from(pixels, (_, i) => pixels[(i % area) * 3 + Math.floor(i / area)] as number);
  const { image_embeddings } = await session.run({ input: new Tensor('float32', planar, [1, 3, size, size]), ...more });
  const exported = image_embeddings?.data as Float32Array;
  const cells = grid * grid;
  return Float32Array.from(exported, (_, i) => exported[(i % channels) * cells + Math.floor(i / channels)] as number);
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);
}

/** Holds a subnet to be the same network in both interpreters, as a model of its own and as a file of its own, and as large. */
export async function expectSameEverywhere(
  model: Omit<Model, 'sha256'>,
  encoder: Encoder,
  subnet: Subnet,
): Promise<void> {
  const inSupernet = await onnxEmbedding(model.weights, encoder, subnet);
  expect(largestDifference(await tfjsEmbedding(model.weights, encoder, subnet), inSupernet)).toBeLessThan(1e-4);

  const alone = extract(model, encoder, subnet);
  expect(parseDescription(JSON.parse(JSON.stringify(alone.description)), 'extracted')).toEqual(alone.description);
  checkTensors(alone.description, alone.weights, 'extracted');
  const plain = createEncoder(alone.description);
  const whole = fullSubnet(plain);
  expect(macs(plain, whole)).toBe(macs(encoder, subnet));
  expect(parameterCount(plain, whole)).toBe(parameterCount(encoder, subnet));
  expect(largestDifference(await onnxEmbedding(alone.weights, plain, whole), inSupernet)).toBeLessThan(1e-5);
  expect(largestDifference(await exportedEmbedding(alone, plain), inSupernet)).toBeLessThan(1e-4);
  expect(largestDifference(await elasticEmbedding(model, encoder, subnet), inSupernet)).toBeLessThan(1e-4);
}

/** Gates mostly open, widths anything. */
export function randomConfiguration(encoder: Encoder, seed: number): Configuration {
  const rng = createRng('vit subnets', seed);
  return Object.fromEntries(
    encoder.pieces.flatMap((piece) => [
      ...(piece.gate === undefined ? [] : [[piece.gate, rng.float() < 0.7] as const]),
      ...(piece.width === undefined ? [] : [[piece.width, rng.int(0, piece.full)] as const]),
    ]),
  );
}
