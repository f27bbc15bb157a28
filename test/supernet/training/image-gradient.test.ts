import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { createEncoder } from '../../../src/supernet/description.js';
import { subnetOf } from '../../../src/supernet/network.js';
import { type Backend, loadBackend, tryNative } from '../../../src/supernet/tfjs/backend.js';
import { type FlatParameters, flattenParameters } from '../../../src/supernet/training/flat-parameters.js';
import { createImageGradient, trainableNames } from '../../../src/supernet/training/image-gradient.js';
import { drawExample, type TrainingExample } from '../../../src/supernet/training/training-example.js';
import { tinyModel } from './tiny-model.js';

const { description, weights } = tinyModel();
const encoder = createEncoder(description);
const subnets = [
  subnetOf(encoder, {}),
  subnetOf(encoder, { 'stage1.block0.mlp': 8, 'stage2.block0.attention': false, 'stage3.block0.mlp': 0 }),
];
let example: TrainingExample;

beforeAll(async () => {
  const dataset = await openDataset(resolve(import.meta.dirname, '../../../data/dsb2018-nuclei'), 'train', {
    limit: 1,
  });
  example = await drawExample(dataset, description, 1, 1, 1, 0);
});

function run({ tf }: Backend, flat: FlatParameters) {
  const gradient = new Float32Array(flat.values.length);
  const losses = createImageGradient(tf, encoder, weights, flat).run({ example, subnets }, gradient);
  return { losses, gradient };
}

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

it.skipIf('reason' in native)('is the same on wasm and on native TensorFlow', async () => {
  const flat = parameters();
  const [a, b] = [run(await loadBackend('wasm'), flat), run(await loadBackend('native'), flat)];
  a.losses.forEach((loss, i) => {
    expect(loss).toBeCloseTo(b.losses[i] as number, 4);
  });
  const largest = b.gradient.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
  for (const { name, offset, length } of flat.slots) {
    const worst = a.gradient
      .subarray(offset, offset + length)
      .reduce((most, value, i) => Math.max(most, Math.abs(value - (b.gradient[offset + i] as number))), 0);
    expect(worst / largest, name).toBeLessThan(5e-4);
  }
});
