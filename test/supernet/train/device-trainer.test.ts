import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { createEncoder, inputFormat } from '../../../src/supernet/model/description.js';
import { subnetOf } from '../../../src/supernet/model/network.js';
import { loadBackend, tryNative } from '../../../src/supernet/run-tfjs/backend.js';
import { createMoments, learningRate } from '../../../src/supernet/train/adamw.js';
import { createDeviceTrainer } from '../../../src/supernet/train/device-trainer.js';
import { createGradient } from '../../../src/supernet/train/executor.js';
import { flattenParameters } from '../../../src/supernet/train/flat-parameters.js';
import { lossDefaults, trainableNames } from '../../../src/supernet/train/image-gradient.js';
import { drawExample } from '../../../src/supernet/train/training-example.js';
import { type StepOptions, type Trainer, trainingStep } from '../../../src/supernet/train/training-step.js';
import { tinyModel } from './tiny-model.js';

vi.setConfig({ testTimeout: 300_000 });

const isSlow = process.env['SUPERSAM_SLOW'] === '1';
/** wasm, which is slow and no device, shows that nothing leans on native TensorFlow. */
const STEPS = { native: isSlow ? 20 : 2, wasm: isSlow ? 3 : 1 };
const options: StepOptions = { sandwich: 'accumulated', batch: 2, weightDecay: 0.01, clipNorm: 5 };
const native = await tryNative();
const backends = ['wasm' as const, ...('reason' in native ? [] : ['native' as const])];
const nuclei = () => openDataset(resolve(import.meta.dirname, '../../../data/dsb2018-nuclei'), 'train', { limit: 4 });

/** A training of the tiny network by what `create` makes, from the same weights through the same images. */
async function trained(
  steps: number,
  own: Partial<StepOptions & { readonly distill: boolean; readonly images: number }>,
  create: (state: ReturnType<typeof fresh>, distill: boolean) => Trainer | Promise<Trainer>,
) {
  const { distill = false, images = 2, ...changes } = own;
  const state = fresh();
  const trainer = await create(state, distill);
  const dataset = await nuclei();
  const subnets = [{}, { 'stage1.block0.mlp': 8, 'stage2.block0.attention': false, 'stage3.block0.mlp': 0 }].map(
    (configuration) => subnetOf(state.encoder, configuration),
  );
  const results = [];
  for (let step = 1; step <= steps; step++) {
    const examples = await Promise.all(
      Array.from({ length: images }, (_, position) =>
        drawExample(dataset, inputFormat(state.model.description), 1, step, images, position),
      ),
    );
    const rate = learningRate(step, 20, 3e-4, 5);
    results.push(await trainer.step({ ...options, ...changes }, subnets, examples, rate, step));
    if (step === Math.ceil(steps / 2)) {
      // What a checkpoint or a reordering does in between changes nothing.
      await trainer.fetch();
      trainer.load();
    }
  }
  await trainer.fetch();
  await trainer.close();
  return { ...state, results };
}

function fresh() {
  const model = tinyModel();
  const encoder = createEncoder(model.description);
  const flat = flattenParameters(model.weights, trainableNames(encoder));
  return { model, encoder, flat, moments: createMoments(flat.values.length) };
}

/** Gradients into flat arrays, on this thread. */
async function onHost(name: 'onnx' | 'wasm', { model, flat, moments }: ReturnType<typeof fresh>, distill: boolean) {
  const { loadTrainingBackend } = await import('../../../src/supernet/train/backend.js');
  const { description, weights } = model;
  const { inputSize } = description;
  const loss = { ...lossDefaults, distill };
  const backend = await loadTrainingBackend(name);
  const gradient = createGradient('subnets', backend, { description, inputSize, weights, flat, jobs: 2, loss });
  const gradients = [new Float32Array(flat.values.length), new Float32Array(flat.values.length)] as const;
  const executor = {
    gradients,
    run: async (jobs: readonly Parameters<typeof gradient.run>[0][]) => {
      const losses = [];
      for (const [i, job] of jobs.entries()) losses.push(await gradient.run(job, gradients[i] as Float32Array));
      return losses;
    },
    close: async () => {},
  };
  return {
    step: (...args: Parameters<Trainer['step']>) => trainingStep({ executor, flat, moments }, ...args),
    fetch: async () => {},
    load: () => {},
    close: async () => {},
  };
}

const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
const apart = (a: Float32Array, b: Float32Array) => norm(a.map((value, i) => value - (b[i] as number))) / norm(b);

describe.each(backends)('training that stays on the device, here %s on the CPU', (name) => {
  it.each([
    ['an accumulated sandwich', STEPS[name], {}],
    ['several batches a step', 1, { images: 4 }],
    ['a sequential sandwich that is distilled', 1, { sandwich: 'sequential', distill: true }],
  ] as const)('comes to what gradients in flat arrays come to: %s', async (_, steps, own) => {
    const { tf } = await loadBackend(name);
    const before = tf.memory().numTensors;
    const device = await trained(steps, own, ({ encoder, model, flat, moments }, distill) =>
      createDeviceTrainer(tf, encoder, model.weights, { flat, moments }, { ...lossDefaults, distill }),
    );
    expect(tf.memory().numTensors).toBe(before);
    const host = await trained(steps, own, (state, distill) => onHost('onnx', state, distill));
    for (const [step, { losses, norm: size }] of host.results.entries()) {
      const its = device.results[step];
      expect(its?.losses).toHaveLength(losses.length);
      for (const [i, loss] of losses.entries())
        expect(Math.abs((its?.losses[i] as number) / loss - 1)).toBeLessThan(1e-3);
      expect(Math.abs((its?.norm as number) / size - 1)).toBeLessThan(1e-2);
    }
    expect(apart(device.flat.values, host.flat.values)).toBeLessThan(1e-3);
  });
});

it('names a loss that is not finite, as the other way does', async () => {
  const { tf } = await loadBackend('wasm');
  const broken = trained(1, {}, ({ encoder, model, flat, moments }) => {
    flat.values.fill(Number.NaN);
    return createDeviceTrainer(tf, encoder, model.weights, { flat, moments }, lossDefaults);
  });
  await expect(broken).rejects.toThrow(/not finite at step 1/);
});
