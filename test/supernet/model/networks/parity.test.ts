import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../../../src/supernet/formats/safetensors.js';
import { createFamilyEncoder, type EncoderSpec } from '../../../../src/supernet/model/encoder-families.js';
import type { Encoder } from '../../../../src/supernet/model/network.js';
import { decoderOf } from '../../../../src/supernet/model/networks/decoder.js';
import { densePositions, GAUSSIAN_MATRIX } from '../../../../src/supernet/model/networks/prompt-encoder.js';
import { createOnnxSegmenter } from '../../../../src/supernet/run-onnx/segmenter.js';
import { type Backend, loadBackend, tryNative } from '../../../../src/supernet/run-tfjs/backend.js';
import { createTfjsOps } from '../../../../src/supernet/run-tfjs/ops.js';
import { formulaWeights, noise } from './formula-weights.js';

const assets = join(import.meta.dirname, '../../../assets');
const stored = decodeSafetensors(readFileSync(join(assets, 'vit-parity.safetensors')), 'vit-parity.safetensors');

const vit = { channels: 24, headChannels: 8, patch: 16 };
const sam = (neckChannels: number): EncoderSpec => ({
  family: 'sam-vit',
  ...vit,
  positionGrid: 6,
  layers: [4, 0, 4].map((window) => ({ heads: 3, mlpWidth: 48, window })),
  neckChannels,
});
const efficient = (neckChannels: number): EncoderSpec => ({
  family: 'efficientsam',
  ...vit,
  positionGrid: 14,
  layers: [0, 1].map(() => ({ heads: 3, mlpWidth: 48 })),
  neckChannels,
});
const encoders: readonly [name: string, spec: EncoderSpec, inputSize: number, images: number][] = [
  ['sam', sam(16), 96, 2],
  ['sam-resized', sam(16), 128, 1],
  ['efficientsam', efficient(16), 96, 2],
  ['efficientsam-large', efficient(16), 256, 1],
];
const networks: readonly [name: string, spec: EncoderSpec][] = [
  ['sam-masks', sam(256)],
  ['efficientsam-masks', efficient(256)],
];

/** Where a gradient is zero but for rounding (keys' biases), this is what differences are relative to. */
const LEAST_SCALE = 0.1;

/** Largest difference from PyTorch's numbers at the stored entries, relative to the largest of them. */
function difference(name: string, actual: Float32Array): number {
  const expected = stored.get(name)?.data;
  if (expected === undefined) throw new Error(`the fixture has no ${name}`);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), LEAST_SCALE);
  return expected.reduce((worst, value, i) => {
    const entry = actual[Math.floor((i * actual.length) / expected.length)] ?? Number.NaN;
    return Math.max(worst, Math.abs(entry - value) / scale);
  }, 0);
}

const imageShape = ({ inputSize }: Encoder, images: number) => [images, inputSize, inputSize, 3];
const prompts = {
  count: 2,
  points: 2,
  coordinates: Float32Array.of(20, 31.5, 0, 0, 12, 9, 70, 83),
  labels: Float32Array.of(1, -1, 2, 3),
};

const native = await tryNative();
const backends: [string, () => Promise<Backend>][] = [
  ['wasm', () => loadBackend('wasm')],
  ...('reason' in native ? [] : [['native', () => loadBackend('native')] as [string, () => Promise<Backend>]]),
];

describe.each(backends)('%s computes what PyTorch computes', (_, load) => {
  it.each(encoders)('in the encoder %s: every branch and every gradient', async (name, spec, inputSize, images) => {
    const { tf } = await load();
    const encoder = createFamilyEncoder(spec, inputSize);
    const weights = formulaWeights(encoder.shapes);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const names = [...weights.keys()];
      const tensors = names.map((key) => tf.tensor(weights.get(key)!.data, [...weights.get(key)!.shape]) as Tensor);
      const ops = createTfjsOps(tf, (key) => tensors[names.indexOf(key)]);
      const shape = imageShape(encoder, images);
      const input = tf.tensor(noise(`${name}/image`, shape), shape);
      let x = input as Tensor;
      for (const piece of encoder.pieces) {
        x = piece.forward(ops, x, piece.full);
        const key = piece.name === 'neck' ? `${name}/output` : `${name}/activation/${piece.name}`;
        expect(difference(key, x.dataSync() as Float32Array), piece.name).toBeLessThan(1e-4);
      }
      const cotangent = tf.tensor(noise(`${name}/cotangent`, x.shape), x.shape);
      const forward = () => encoder.pieces.reduce((y, piece) => piece.forward(ops, y, piece.full), input as Tensor);
      const { grads } = tf.engine().gradients(forward, tensors, cotangent as Tensor);
      names.forEach((key, i) => {
        const actual = grads[i]?.dataSync() as Float32Array;
        expect(difference(`${name}/gradient/${key}`, actual), key).toBeLessThan(1e-4);
      });
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(networks)('in the whole network %s: masks, predicted IoUs and every gradient', async (name, spec) => {
    const { tf } = await load();
    const encoder = createFamilyEncoder(spec, 96);
    const decoder = decoderOf(encoder.decoder);
    const weights = formulaWeights(new Map([...encoder.shapes, ...decoder.shapes]));
    const trained = [...weights.keys()].filter((key) => !key.startsWith('prompt_encoder.'));
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const tensors = new Map(
        [...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape]) as Tensor]),
      );
      const ops = createTfjsOps(tf, (key) => tensors.get(key));
      const shape = imageShape(encoder, 1);
      const tokens = [1, encoder.grid ** 2, 256];
      const outputs = () => {
        const input: Tensor = tf.tensor(noise(`${name}/image`, shape), shape);
        const embedding = encoder.pieces.reduce((x, piece) => piece.forward(ops, x, piece.full), input);
        const noMask = decoder.noMask(ops);
        const image = ops.reshape(embedding, tokens);
        const coordinates = tf.tensor(prompts.coordinates, [2, 2, 2]);
        const sparse = decoder.encodePrompts(ops, coordinates, tf.tensor(prompts.labels, [2, 2]), encoder.inputSize);
        const positions = tf.tensor(densePositions(weights.get(GAUSSIAN_MATRIX)!.data, encoder.grid), tokens);
        const source = noMask === undefined ? image : ops.add(image, noMask);
        return decoder.decodeMasks(ops, source, positions, sparse, encoder.grid);
      };
      const { logits, iouPredictions } = outputs();
      expect(difference(`${name}/logits`, logits.dataSync() as Float32Array)).toBeLessThan(1e-4);
      expect(difference(`${name}/iouPredictions`, iouPredictions.dataSync() as Float32Array)).toBeLessThan(1e-4);
      const weighted = () => {
        const { logits: masks, iouPredictions: ious } = outputs();
        const cotangent = ops.constant(noise(`${name}/cotangent`, masks.shape), masks.shape);
        const flat = ops.concat([ops.reshape(ops.multiply(masks, cotangent), [-1]), ops.reshape(ious, [-1])], 0);
        return ops.matmul(
          ops.reshape(flat, [1, -1]),
          ops.constant(new Float32Array(flat.size).fill(1), [flat.size, 1]),
        );
      };
      const inputs = trained.map((key) => tensors.get(key) as Tensor);
      const { grads } = tf.engine().gradients(weighted, inputs, tf.ones([1, 1]) as Tensor);
      trained.forEach((key, i) => {
        const actual = grads[i]?.dataSync() as Float32Array;
        expect(difference(`${name}/gradient/${key}`, actual), key).toBeLessThan(1e-4);
      });
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('ONNX Runtime computes what PyTorch computes', () => {
  const prepared = (name: string, encoder: Encoder, images: number) => {
    const pixels = noise(`${name}/image`, imageShape(encoder, images));
    return Array.from({ length: images }, (_, i) => ({
      name: String(i),
      originalWidth: encoder.inputSize,
      originalHeight: encoder.inputSize,
      inputSize: encoder.inputSize,
      contentWidth: encoder.inputSize,
      contentHeight: encoder.inputSize,
      pixels: pixels.slice((i * pixels.length) / images, ((i + 1) * pixels.length) / images),
    }));
  };

  it.each(encoders)('in the encoder %s', async (name, spec, inputSize, images) => {
    const encoder = createFamilyEncoder(spec, inputSize);
    const segmenter = await createOnnxSegmenter({ weights: formulaWeights(encoder.shapes) }, encoder);
    const subnet = encoder.pieces.map((piece) => piece.full);
    const embeddings = await segmenter.embed(prepared(name, encoder, images), subnet);
    await segmenter.close();
    const joined = Float32Array.from(embeddings.flatMap(({ data }) => [...data]));
    expect(difference(`${name}/output`, joined)).toBeLessThan(1e-4);
  });

  it.each(networks)('in the whole network %s', async (name, spec) => {
    const encoder = createFamilyEncoder(spec, 96);
    const weights = formulaWeights(new Map([...encoder.shapes, ...decoderOf(encoder.decoder).shapes]));
    const segmenter = await createOnnxSegmenter({ weights }, encoder);
    const subnet = encoder.pieces.map((piece) => piece.full);
    const [embedding] = await segmenter.embed(prepared(name, encoder, 1), subnet);
    const masks = await segmenter.decode(embedding!, prompts);
    await segmenter.close();
    expect(difference(`${name}/logits`, masks.logits)).toBeLessThan(1e-4);
    expect(difference(`${name}/iouPredictions`, masks.iouPredictions)).toBeLessThan(1e-4);
  });
});
