import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError } from '../../../src/errors.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { prepareEvaluation } from '../../../src/supernet/method/evaluate.js';
import { readModel } from '../../../src/supernet/model/model-folder.js';
import { tryNative } from '../../../src/supernet/run-tfjs/backend.js';
import { loadTrainingBackend } from '../../../src/supernet/train/backend.js';
import { trainSupernet } from '../../../src/supernet/train/train-supernet.js';
import { type TrainingOptions, trainingDefaults } from '../../../src/supernet/train/training-options.js';
import { choiceSpace } from '../../../src/testing/choice-space.js';
import { tinyModel } from './tiny-model.js';

vi.setConfig({ testTimeout: 180_000 });

const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');
const folder = mkdtempSync(join(tmpdir(), 'supersam-training-'));
const space = choiceSpace({
  'stage1.block0.mlp': [0, 8, 32],
  'stage2.block0.mlp': [8, 16, 32],
  'stage3.block0.mlp': [16, 64],
});
let options: Omit<TrainingOptions, 'output' | 'backend'>;

beforeAll(async () => {
  const model = tinyModel();
  const { inputSize, pixelMean, pixelStd } = model.description;
  const val = await openDataset(nuclei, 'val', { limit: 2 });
  options = {
    ...trainingDefaults,
    ...{ model, space, inputSize, batch: 2, randomSubnets: 1, rate: 1e-3, seed: 1, steps: 4, mode: 'sandwich' },
    ...{ evaluateEvery: 100, checkpointEvery: 3 },
    dataset: await openDataset(nuclei, 'train', { limit: 4 }),
    validation: await prepareEvaluation(val, {
      ...{ inputSize, pixelMean, pixelStd, prompts: ['box', 'point'], seed: 1, maxObjects: 2 },
    }),
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FROZEN = /^(prompt_encoder|image_encoder\.(patch_embed|layers\.0))\./;
const same = (a: Float32Array, b: Float32Array | undefined) =>
  b !== undefined &&
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

const lossesIn = (output: string) =>
  readFileSync(join(output, 'training.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(3, 6).map(Number));

const native = await tryNative();
const backends = ['onnx', 'wasm', ...('reason' in native ? [] : ['native' as const])] as const;

describe.each(backends)('training on %s', (name) => {
  const out = (folderName: string) => join(folder, `${name}-${folderName}`);
  const losses = (folderName: string) => lossesIn(out(folderName));
  let base: Omit<TrainingOptions, 'output'>;
  beforeAll(async () => {
    base = { ...options, backend: await loadTrainingBackend(name) };
  });

  it('repeats bit for bit, whatever the number of workers, and when stopped and resumed', async () => {
    const whole = await trainSupernet({ ...base, output: out('whole'), workers: 2 });
    expect((await readModel(out('whole'))).sha256).toBe(whole.sha256);

    // Stops after step 2, where no checkpoint is due, and goes on with another number of workers.
    const controller = new AbortController();
    const stopped = { ...base, output: out('stopped'), workers: 1 };
    const onProgress = (step: number) => {
      if (step === 2) controller.abort();
    };
    await expect(trainSupernet(stopped, { onProgress, signal: controller.signal })).rejects.toThrow(InterruptedError);
    expect(losses('stopped')).toHaveLength(2);
    expect(existsSync(join(out('stopped'), 'network.json'))).toBe(false);
    const resumed = await trainSupernet(stopped);
    expect(resumed.sha256).toBe(whole.sha256);
    expect(readFileSync(join(out('stopped'), 'training.csv'), 'utf8')).toBe(
      readFileSync(join(out('whole'), 'training.csv'), 'utf8'),
    );
    const changed = [...whole.weights].filter(([name, { data }]) => !same(data, base.model.weights.get(name)?.data));
    const trained = changed.map(([name]) => name);
    expect(trained.filter((name) => FROZEN.test(name))).toEqual([]);
    expect(trained).toContain('image_encoder.neck.0.weight');
    expect(trained).toContain('mask_decoder.iou_token.weight');
  });

  it('lowers the loss of every member of the sandwich', async () => {
    // The same images at every step, so that the loss speaks of learning and not of the draw.
    const one = await openDataset(nuclei, 'train', { limit: 1 });
    const steps = 10;
    await trainSupernet({ ...base, dataset: one, batch: 1, steps, checkpointEvery: 100, output: out('falling') });
    const rows = losses('falling');
    expect(rows).toHaveLength(steps);
    const mean = (part: number[][], member: number) =>
      part.reduce((sum, row) => sum + (row[member] as number), 0) / part.length;
    for (const member of [0, 1, 2]) expect(mean(rows.slice(-4), member)).toBeLessThan(mean(rows.slice(0, 4), member));
  });

  it('fine-tunes the whole network alone', async () => {
    await trainSupernet({ ...base, mode: 'full-only', steps: 1, output: out('alone') });
    const line = readFileSync(join(out('alone'), 'training.csv'), 'utf8').split('\n')[1] ?? '';
    const [step, , , largest, smallest, random, iou] = line.split(',');
    expect([step, smallest, random]).toEqual(['1', '', '']);
    expect(Number(largest)).toBeGreaterThan(0);
    expect(iou).toMatch(/^0\.\d{4}$/);
  });
});

describe('training that cannot go on', () => {
  const out = (name: string) => join(folder, `refused-${name}`);
  let base: Omit<TrainingOptions, 'output'>;
  beforeAll(async () => {
    base = { ...options, backend: await loadTrainingBackend('onnx') };
  });

  it('refuses an output folder that was begun with other settings', async () => {
    await trainSupernet({ ...base, steps: 1, output: out('whole') });
    await expect(trainSupernet({ ...base, steps: 1, rate: 1, output: out('whole') })).rejects.toThrow(
      /rate 0\.001, not 1/,
    );
  });

  it('refuses a space that varies the stem', async () => {
    const stem = choiceSpace({ 'stage0.block0': [0, 1] });
    await expect(trainSupernet({ ...base, space: stem, output: out('stem') })).rejects.toThrow(/stage0\.block0/);
    expect(existsSync(out('stem'))).toBe(false);
  });

  it('names the step and the images of a loss that is not finite, and writes no weights', async () => {
    const model = tinyModel();
    model.weights.get('image_encoder.neck.3.bias')?.data.fill(Number.NaN);
    await expect(trainSupernet({ ...base, model, output: out('broken') })).rejects.toThrow(
      /not finite at step 1 \(images .+, .+\)/,
    );
    expect(existsSync(join(out('broken'), 'checkpoint.safetensors'))).toBe(false);
  });
});
