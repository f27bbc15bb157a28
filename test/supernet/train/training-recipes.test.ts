import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError } from '../../../src/errors.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { decodeSafetensors } from '../../../src/supernet/formats/safetensors.js';
import { prepareEvaluation } from '../../../src/supernet/method/evaluate.js';
import { type Model, readModel } from '../../../src/supernet/model/model-folder.js';
import { loadBackend } from '../../../src/supernet/run-tfjs/backend.js';
import { trainSupernet } from '../../../src/supernet/train/train-supernet.js';
import { type TrainingOptions, trainingDefaults } from '../../../src/supernet/train/training-options.js';
import { choiceSpace } from '../../../src/testing/choice-space.js';
import { tinyModel } from './tiny-model.js';

vi.setConfig({ testTimeout: 180_000 });

const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');
const folder = mkdtempSync(join(tmpdir(), 'supersam-recipes-'));
const out = (name: string) => join(folder, name);
const RATE = 1e-3;
/** What the authors do, and what makes single steps easy to follow: no decay, no warm-up, no clipping, one rate. */
const plain = { weightDecay: 0, warmUp: 0, clipNorm: 0, schedule: 'constant' } as const;
let base: Omit<TrainingOptions, 'output'>;

beforeAll(async () => {
  const model = tinyModel();
  const { inputSize, pixelMean, pixelStd } = model.description;
  base = {
    ...trainingDefaults,
    ...{ model, inputSize, seed: 1, rate: RATE, steps: 1, batch: 1, mode: 'sandwich', evaluateEvery: 100, workers: 1 },
    backend: await loadBackend('wasm'),
    space: choiceSpace({ 'stage1.block0.mlp': [8, 32], 'stage2.block0.mlp': [8, 32], 'stage3.block0.mlp': [0, 64] }),
    dataset: await openDataset(nuclei, 'train', { limit: 4 }),
    validation: await prepareEvaluation(await openDataset(nuclei, 'val', { limit: 1 }), {
      ...{ inputSize, pixelMean, pixelStd, prompts: ['box', 'point'], seed: 1, maxObjects: 2 },
    }),
  };
});
/** The same weights, said to be in the order of their magnitude. */
function prioritized(): Model {
  const model = tinyModel();
  return { ...model, description: { ...model.description, supernet: { prioritization: 'magnitude' } } };
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (name: string, file: string): Buffer => readFileSync(join(out(name), file));

const train = (name: string, options: Partial<TrainingOptions> = {}) =>
  trainSupernet({ ...base, ...options, output: out(name) });

/** By how many rates every trained weight moved, among those that moved at all. */
function moves({ weights }: Model, names: RegExp): number[] {
  return [...weights].flatMap(([name, { data }]) => {
    if (!names.test(name)) return [];
    const before = base.model.weights.get(name)?.data ?? new Float32Array();
    return [...data].map((value, i) => (value - (before[i] as number)) / RATE).filter((move) => move !== 0);
  });
}

const changed = ({ weights }: Model) =>
  [...weights]
    .filter(([name, { data }]) => data.some((value, i) => value !== base.model.weights.get(name)?.data[i]))
    .map(([name]) => name);

describe('the sandwich of a step', () => {
  it('moves a weight once when it is accumulated, and once a subnet when it is sequential', async () => {
    const members = { randomSubnets: 0, mediumSubnets: 1 };
    const once = await train('once', { ...plain, ...members });
    // Without a past, Adam moves by the rate whatever the gradient, unless that is hardly larger than its epsilon.
    const clear = (model: Model) => moves(model, /neck\.0\.weight|upscaling\.3\.weight/).map((move) => Math.abs(move));
    for (const move of clear(once)) expect(move).toBeLessThan(1.01);
    expect(clear(once).filter((move) => Math.abs(move - 1) < 0.01).length / clear(once).length).toBeGreaterThan(0.95);
    const thrice = await train('thrice', { ...plain, ...members, sandwich: 'sequential' });
    const whole = clear(thrice).filter((move) => [1, 3].some((times) => Math.abs(move - times) < 0.03));
    expect(whole.length / clear(thrice).length).toBeGreaterThan(0.95);
    expect(Math.max(...clear(thrice))).toBeGreaterThan(2.9);
    // Only the largest has the last stage's MLP: one step, in the order of the sandwich the first.
    for (const move of moves(thrice, /layers\.3\.blocks\.0\.mlp\.fc2\.weight/))
      expect(Math.abs(move)).toBeLessThan(1.01);
  });

  it('takes its sequential steps at a constant rate with moments that begin anew', async () => {
    const two = await train('two', { ...plain, mode: 'full-only', sandwich: 'sequential', steps: 2 });
    for (const move of moves(two, /neck\.0\.weight/).map(Math.abs)) {
      expect(Math.min(Math.abs(move - 2), Math.abs(move - 0), Math.abs(move - 1))).toBeLessThan(0.9);
      expect(move).toBeLessThan(2.01);
    }
    const tensors = decodeSafetensors(bytes('two', 'checkpoint.safetensors'), 'checkpoint');
    const first = tensors.get('first.image_encoder.neck.0.weight')?.data ?? new Float32Array();
    const second = tensors.get('second.image_encoder.neck.0.weight')?.data ?? new Float32Array();
    // After one step from zero: m = 0.1 g and v = 0.001 g².
    for (let i = 0; i < first.length; i += 97)
      expect(second[i]).toBeCloseTo(0.001 * (10 * (first[i] as number)) ** 2, 7);
  });

  it('gives with accumulated batches bit for bit what one large batch gives', async () => {
    const large = await train('large', { batch: 4, steps: 2, workers: 2 });
    const small = await train('small', { batch: 1, accumulate: 4, steps: 2 });
    const pairs = await train('pairs', { batch: 2, accumulate: 2, steps: 2, workers: 2 });
    expect([small.sha256, pairs.sha256]).toEqual([large.sha256, large.sha256]);
  });
});

describe('what training changes', () => {
  it.each([
    ['encoder', /^image_encoder\.(layers\.[123]|neck)/],
    ['decoder', /^mask_decoder\./],
  ] as const)('is the %s alone when that is asked for', async (trainable, names) => {
    const trained = changed(await train(trainable, { trainable }));
    expect(trained.length).toBeGreaterThan(10);
    for (const name of trained) expect(name).toMatch(names);
  });

  it('follows the loss, the IoU head and the teacher that are asked for', async () => {
    const loss = (name: string) => {
      const db = new Database(join(out(name), 'training.db'), { readonly: true });
      const row = db.prepare('SELECT loss_largest AS largest, loss_smallest AS smallest FROM training_step').get();
      db.close();
      return row as { largest: number; smallest: number };
    };
    const kinds = ['dice', 'dice+focal', 'focal-dice'] as const;
    for (const kind of kinds) await train(kind, { loss: kind });
    expect(new Set(kinds.map((kind) => loss(kind).largest)).size).toBe(3);
    expect(loss('dice').largest).toBeLessThan(loss('dice+focal').largest);
    await train('no-head', { iouLoss: false });
    expect(loss('no-head').largest).toBeLessThan(loss('dice+focal').largest);
    await train('distilled', { distill: true });
    expect(loss('distilled').largest).toBe(loss('dice+focal').largest);
    // The largest answers softly, so that the smallest has less to lose against it than against the truth.
    expect(loss('distilled').smallest).toBeLessThan(loss('dice+focal').smallest);
  });

  it('resumes exactly whatever the recipe', async () => {
    const recipe: Partial<TrainingOptions> = {
      ...{ steps: 4, accumulate: 2, mediumSubnets: 1, patience: 5, evaluateEvery: 1, checkpointEvery: 3 },
      sandwich: 'sequential',
      schedule: 'constant',
      loss: 'focal-dice',
      // Two images a step of four: sorted anew before the third step.
      prioritizeEvery: 1,
      model: prioritized(),
    };
    const whole = await train('resume-whole', recipe);
    const controller = new AbortController();
    const stopped = { ...base, ...recipe, output: out('resume-stopped') };
    const onProgress = (step: number) => {
      if (step === 2) controller.abort();
    };
    await expect(trainSupernet(stopped, { onProgress, signal: controller.signal })).rejects.toThrow(InterruptedError);
    expect((await trainSupernet(stopped)).sha256).toBe(whole.sha256);
    for (const file of ['training.csv', 'best.safetensors'])
      expect(bytes('resume-stopped', file).equals(bytes('resume-whole', file)), file).toBe(true);
  });
});

describe('early stopping', () => {
  // So small a rate that no score changes: the first evaluation stays the best.
  const still = { ...plain, rate: 1e-12, steps: 10, evaluateEvery: 1, checkpointEvery: 100 };

  it('stops after as many evaluations as it has patience, and gives the weights of the best one', async () => {
    const stopped = await train('patient', { ...still, patience: 2 });
    const first = await train('first', { ...still, steps: 1 });
    const last = await train('last', { ...still, steps: 3 });
    expect(
      readFileSync(join(out('patient'), 'training.csv'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(1 + 3);
    expect(stopped.sha256).toBe(first.sha256);
    expect(last.sha256).not.toBe(first.sha256);
    expect((await readModel(out('patient'))).sha256).toBe(first.sha256);
    // Run again, it has nothing left to do.
    expect((await train('patient', { ...still, patience: 2 })).sha256).toBe(first.sha256);
  });
});

describe('training that cannot go on', () => {
  it('keeps the last good checkpoint when a loss is not finite, and stops there again', async () => {
    const runaway = { ...plain, rate: 1e30, steps: 3, checkpointEvery: 1 };
    await expect(train('runaway', runaway)).rejects.toThrow(/not finite at step 2 \(images .+\); the last checkpoint/);
    const kept = bytes('runaway', 'checkpoint.safetensors');
    expect(decodeSafetensors(kept, 'checkpoint').get('step')?.data[0]).toBe(1);
    await expect(train('runaway', runaway)).rejects.toThrow(/not finite at step 2/);
    expect(bytes('runaway', 'checkpoint.safetensors').equals(kept)).toBe(true);
    expect(existsSync(join(out('runaway'), 'network.json'))).toBe(false);
  });

  it('refuses to go on with any other setting', async () => {
    await train('settings');
    const others: Partial<TrainingOptions>[] = [
      ...[{ sandwich: 'sequential' as const }, { mediumSubnets: 1 }, { distill: true }, { loss: 'dice' as const }],
      ...[{ iouLoss: false }, { trainable: 'encoder' as const }, { weightDecay: 0 }, { clipNorm: 1 }, { warmUp: 3 }],
      ...[{ schedule: 'constant' as const }, { accumulate: 2 }, { patience: 1 }, { augmentations: [] }],
      ...[{ evaluateEvery: 7 }, { prioritizeEvery: 1, model: prioritized() }],
    ];
    for (const other of others)
      await expect(train('settings', other), JSON.stringify(other)).rejects.toThrow(/was begun with/);
    // What does not change the result may change.
    await train('settings', { workers: 2, checkpointEvery: 1 });
  });

  it('sorts anew only what was sorted and is trained', async () => {
    await expect(train('unsorted', { prioritizeEvery: 1 })).rejects.toThrow(/was prioritized/);
    const frozen = { prioritizeEvery: 1, model: prioritized(), trainable: 'decoder' as const };
    await expect(train('frozen', frozen)).rejects.toThrow(/while the encoder is frozen/);
  });

  it('refuses to distil where the largest has changed before the others learn', async () => {
    await expect(train('late', { distill: true, sandwich: 'sequential' })).rejects.toMatchObject({ exitCode: 2 });
    expect(existsSync(out('late'))).toBe(false);
  });
});
