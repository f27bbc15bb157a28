import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/base/rng.js';
import { InterruptedError } from '../../../../src/errors.js';
import { openDataset } from '../../../../src/supernet/data/dataset.js';
import { prepareEvaluation } from '../../../../src/supernet/method/evaluate.js';
import { inputFormat } from '../../../../src/supernet/model/description.js';
import { type Model, readModel } from '../../../../src/supernet/model/model-folder.js';
import type { Weights } from '../../../../src/supernet/model/network.js';
import { loadTrainingBackend } from '../../../../src/supernet/train/backend.js';
import {
  type DistillationOptions,
  distill,
  distillationDefaults,
} from '../../../../src/supernet/train/distillation/distill.js';
import { learntStudent } from '../../../../src/supernet/train/distillation/student.js';
import { tinyModel } from '../tiny-model.js';
import { fewNuclei, tinyStudent } from './tiny-student.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-distillation-'));
const data = fewNuclei({ train: 4, val: 2 });
const out = (name: string) => join(folder, name);
const rows = (name: string) =>
  readFileSync(join(out(name), 'training.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
let base: Omit<DistillationOptions, 'output'>;

beforeAll(async () => {
  const student = tinyStudent();
  base = {
    ...{ ...distillationDefaults, teacher: tinyModel(), student, seed: 1, steps: 4, batch: 2, maskShare: 0.5 },
    ...{ evaluateEvery: 100, checkpointEvery: 3, workers: 2, backend: await loadTrainingBackend('onnx') },
    dataset: await openDataset(data, 'train'),
    validation: await prepareEvaluation(await openDataset(data, 'val'), {
      ...{ ...inputFormat(student), prompts: ['box', 'point'], seed: 1, maxObjects: 2 },
    }),
  };
});
afterAll(() => {
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
});

/** Weights up to a twentieth of their size off. */
function shaken(weights: Weights): Weights {
  const rng = createRng('shaken');
  const shake = (data: Float32Array) => data.map((value) => value * (1 + 0.1 * (rng.float() - 0.5)));
  return new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: shake(data) }]));
}

describe('distillation', () => {
  it('repeats bit for bit, with embeddings kept or not, and when stopped and resumed', async () => {
    const whole = await distill({ ...base, output: out('whole') });
    expect((await readModel(out('whole'))).sha256).toBe(whole.sha256);
    expect(existsSync(join(out('whole'), 'teacher-embeddings'))).toBe(false);

    // Stops after step 2, where no checkpoint is due.
    const controller = new AbortController();
    const stopped = { ...base, output: out('stopped'), workers: 1, cacheBytes: 0 };
    const onProgress = (step: number) => {
      if (step === 2) controller.abort();
    };
    await expect(distill(stopped, { onProgress, signal: controller.signal })).rejects.toThrow(InterruptedError);
    expect(rows('stopped')).toHaveLength(2);
    expect(existsSync(join(out('stopped'), 'network.json'))).toBe(false);
    expect((await distill(stopped)).sha256).toBe(whole.sha256);
    expect(rows('stopped')).toEqual(rows('whole'));

    // The masks are looked at in the last half alone, and the teacher's decoder is left as it was.
    expect(rows('whole').map((row) => row[5] !== '')).toEqual([false, false, true, true]);
    for (const [name, { data: own }] of whole.weights) {
      if (!name.startsWith('image_encoder.')) expect(own, name).toBe(base.teacher.weights.get(name)?.data);
    }
  });

  it('says in the description what the weights are', async () => {
    const { description } = await distill({ ...base, steps: 1, output: out('labelled') });
    expect(description.source.description).toMatch(
      /own distillation, not official weights: taught the embedding of tiny/,
    );
    expect(description).toMatchObject({ name: 'efficientsam-ti-depth2-channels24-heads3-distilled', decoder: 'sam' });
  });

  it("goes on from weights that a student has, with the teacher's decoder", async () => {
    const { teacher } = base;
    const first: Model = { ...teacher, sha256: 'of the student', weights: shaken(teacher.weights) };
    const student = learntStudent(first.description, teacher.description, 64);
    const options = { ...base, student, first, dataset: base.dataset, steps: 30, rate: 1e-3, maskShare: 0 };
    const { weights, description } = await distill({ ...options, output: out('learnt') });
    const cosine = rows('learnt').map((row) => Number(row[3]));
    // It begins near its teacher, as random weights do not, and comes nearer.
    expect(cosine[0]).toBeLessThan(0.5);
    expect(cosine.at(-1)).toBeLessThan(0.5 * (cosine[0] as number));
    for (const [name, { data }] of weights) {
      if (!name.startsWith('image_encoder.')) expect(data, name).toBe(teacher.weights.get(name)?.data);
    }
    expect(description).toMatchObject({ name: 'tiny-distilled', encoder: first.description.encoder });
    expect(description.source.description).toMatch(/; began as tiny: fixed random weights for tests\)$/);
    // Other first weights are another training.
    const other = { ...options, first: { ...first, sha256: 'of another' }, output: out('learnt') };
    await expect(distill(other)).rejects.toThrow(/first/);
  });

  it("comes nearer to the teacher's embedding", async () => {
    const one = { ...base.dataset, names: base.dataset.names.slice(0, 1) };
    await distill({ ...base, dataset: one, steps: 30, rate: 3e-3, maskShare: 0, output: out('falling') });
    const cosine = rows('falling').map((row) => Number(row[3]));
    const mean = (part: number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
    expect(mean(cosine.slice(-5))).toBeLessThan(0.5 * mean(cosine.slice(0, 5)));
    expect(
      rows('falling')
        .at(-1)
        ?.slice(6)
        .every((value) => /^\d\.\d{4,5}$/.test(value)),
    ).toBe(true);
  });

  it('refuses an output folder that was begun with other settings', async () => {
    await distill({ ...base, steps: 1, output: out('other') });
    await expect(distill({ ...base, steps: 1, maskShare: 0.25, output: out('other') })).rejects.toThrow(
      /maskShare 0\.5, not 0\.25/,
    );
  });

  it('names the step and the images of a loss that is not finite, and writes no weights', async () => {
    const teacher = tinyModel();
    teacher.weights.get('image_encoder.neck.3.bias')?.data.fill(Number.NaN);
    await expect(distill({ ...base, teacher, output: out('broken') })).rejects.toThrow(
      /not finite at step 1 \(images .+, .+\)/,
    );
    expect(existsSync(join(out('broken'), 'checkpoint.safetensors'))).toBe(false);
  });
});
