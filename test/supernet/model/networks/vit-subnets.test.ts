import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { extract } from '../../../../src/supernet/method/extract.js';
import { permuteHidden } from '../../../../src/supernet/method/hidden-axis.js';
import { hiddenScores } from '../../../../src/supernet/method/prioritize.js';
import { createEncoder } from '../../../../src/supernet/model/description.js';
import type { EncoderSpec } from '../../../../src/supernet/model/encoder-families.js';
import { fullSubnet, subnetOf } from '../../../../src/supernet/model/network.js';
import { exportDecoder } from '../../../../src/supernet/run-onnx/export.js';
import { createOnnxSegmenter } from '../../../../src/supernet/run-onnx/segmenter.js';
import {
  expectSameEverywhere,
  largestDifference,
  modelOf,
  onnxEmbedding,
  randomConfiguration,
  tfjsEmbedding,
} from './embeddings.js';
import { noise } from './formula-weights.js';

const sizes = { channels: 12, headChannels: 4, patch: 16, positionGrid: 14, neckChannels: 256 };
const specs: readonly EncoderSpec[] = [
  { family: 'sam-vit', ...sizes, layers: [3, 0, 3, 0].map((window) => ({ heads: 3, mlpWidth: 24, window })) },
  { family: 'efficientsam', ...sizes, layers: [0, 1, 2, 3].map(() => ({ heads: 3, mlpWidth: 24 })) },
];

describe.each(specs)('a subnet of $family', (spec) => {
  const model = modelOf(spec, 80);
  const encoder = createEncoder(model.description);

  it.each([1, 2, 3])('is the same network in both interpreters, extracted and exported (%i)', (seed) =>
    expectSameEverywhere(model, encoder, subnetOf(encoder, randomConfiguration(encoder, seed))),
  );

  it('keeps the layers in order and counts them anew when some are gone', () => {
    const alone = extract(model, encoder, subnetOf(encoder, { layer1: false, 'layer2.heads': 0, 'layer3.mlp': 7 }));
    const blocks = [...alone.weights.keys()].flatMap((name) => /blocks\.(\d+)/.exec(name)?.[1] ?? []);
    expect([...new Set(blocks)]).toEqual(['0', '1', '2']);
    const prefix = (layer: number) => `image_encoder.blocks.${layer}`;
    expect(alone.weights.get(`${prefix(1)}.norm2.weight`)).toEqual(model.weights.get(`${prefix(2)}.norm2.weight`));
    expect(alone.weights.has(`${prefix(1)}.attn.qkv.weight`)).toBe(false);
    const first = [...alone.weights.keys()].find((name) => /blocks\.2\.mlp\.\w+1\.weight/.test(name)) as string;
    expect(alone.weights.get(first)?.shape).toEqual([7, 12]);
  });

  it('computes the same with its heads in another order, and scores them by what belongs to them', async () => {
    const weights = new Map(model.weights);
    const piece = encoder.pieces.find(({ name }) => name === 'layer1.attention');
    const hidden = piece?.hidden as NonNullable<typeof piece>['hidden'];
    const before = hiddenScores(weights, hidden!);
    permuteHidden(weights, hidden!, [2, 0, 1]);
    const after = hiddenScores(weights, hidden!);
    expect([...after]).toEqual([before[2], before[0], before[1]].map((score) => expect.closeTo(score as number, 6)));
    const full = fullSubnet(encoder);
    const [a, b] = [await onnxEmbedding(model.weights, encoder, full), await onnxEmbedding(weights, encoder, full)];
    expect(largestDifference(a, b)).toBeLessThan(1e-5);
  });
});

it.each(specs)('attention of $family in rounds over 1600 tokens is the same in both interpreters', async (spec) => {
  const model = modelOf(spec, 640);
  const encoder = createEncoder(model.description);
  const subnet = subnetOf(encoder, { layer0: false, 'layer1.heads': 1, layer2: false, layer3: false });
  const [a, b] = [
    await onnxEmbedding(model.weights, encoder, subnet),
    await tfjsEmbedding(model.weights, encoder, subnet),
  ];
  expect(largestDifference(a, b)).toBeLessThan(1e-4);
});

it('exports a decoder of EfficientSAM that gives what the segmenter gives', async () => {
  const model = modelOf(specs[1] as EncoderSpec, 80);
  const encoder = createEncoder(model.description);
  const decoder = await InferenceSession.create(exportDecoder(model, encoder, { interface: 'native' }), {
    logSeverityLevel: 3,
  });
  expect([...decoder.inputNames].sort()).toEqual(['image_embeddings', 'orig_im_size', 'point_coords', 'point_labels']);
  const embedding = noise('embedding', [5, 5, 256]);
  const planar = Float32Array.from(embedding, (_, i) => embedding[(i % 25) * 256 + Math.floor(i / 25)] as number);
  const box = Float32Array.of(10, 12, 60, 55);
  const { low_res_masks, iou_predictions } = await decoder.run({
    image_embeddings: new Tensor('float32', planar, [1, 256, 5, 5]),
    point_coords: new Tensor('float32', box, [1, 2, 2]),
    point_labels: new Tensor('float32', Float32Array.of(2, 3), [1, 2]),
    orig_im_size: new Tensor('float32', Float32Array.of(80, 80), [2]),
  });
  const segmenter = await createOnnxSegmenter(model, encoder);
  const masks = await segmenter.decode(
    { grid: 5, channels: 256, data: embedding },
    { count: 1, points: 2, coordinates: box, labels: Float32Array.of(2, 3) },
  );
  await segmenter.close();
  const best = Math.max(...masks.iouPredictions.subarray(1));
  expect(iou_predictions?.data[0]).toBeCloseTo(best, 4);
  const at = masks.iouPredictions.indexOf(best) * 400;
  expect(largestDifference(low_res_masks?.data as Float32Array, masks.logits.subarray(at, at + 400))).toBeLessThan(
    1e-3,
  );
});
