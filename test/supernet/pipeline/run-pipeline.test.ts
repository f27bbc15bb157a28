import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimFolder } from '../../../src/base/lock.js';
import { NUCLEI } from '../../../src/supernet/chain/inputs.js';
import { parameterCount } from '../../../src/supernet/model/closed-form.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { writeModel } from '../../../src/supernet/model/model-folder.js';
import { fullSubnet } from '../../../src/supernet/model/network.js';
import { runPipeline } from '../../../src/supernet/pipeline/run-pipeline.js';
import { quickstartSettings as settings } from '../../../src/supernet/pipeline/settings.js';
import { PRE_TRAINED } from '../../../src/supernet/report/report-model.js';
import { loadTrainingBackend } from '../../../src/supernet/train/backend.js';
import { tinyModel } from '../train/tiny-model.js';

const backend = await loadTrainingBackend('onnx');
const { signal } = new AbortController();
const newFolder = () => mkdtempSync(join(tmpdir(), 'pipeline-'));
const walk = (folder: string) => runPipeline({ settings, folder, data: '/nowhere', backend, signal });

it('begins in no folder of other settings, and leaves it as it was', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'settings.json'), '{}');
  await expect(walk(folder)).rejects.toThrow(/was begun with other settings/);
  expect(await readdir(folder)).toEqual(['settings.json']);
});

it('works in a folder alone', async () => {
  const folder = newFolder();
  const release = await claimFolder(folder);
  await expect(walk(folder)).rejects.toThrow(/is being written to by/);
  expect(existsSync(join(folder, 'settings.json'))).toBe(false);
  await release();
});

it('is not tied to a path of images or weights that was wrong', async () => {
  const folder = newFolder();
  await expect(walk(folder)).rejects.toThrow(/nowhere/);
  await expect(runPipeline({ settings, folder, data: NUCLEI, model: '/no.pth', backend, signal })).rejects.toThrow(
    /no\.pth/,
  );
  expect(existsSync(join(folder, 'settings.json'))).toBe(false);
});

it("shrinks a network of one's own, at another input size than its own and at that", async () => {
  const model = newFolder();
  await writeModel(model, tinyModel());
  const few = { trainingImages: 4, validationImages: 2, testImages: 2, rankingImages: 2, maxObjects: 2, trials: 6 };
  const tiny = { ...settings, ...few, trainingSteps: 1, promptSeeds: [1], randomControls: 1 };
  const shrink = (folder: string, inputSize: number) =>
    runPipeline({ settings: { ...tiny, inputSize }, folder, model, data: NUCLEI, backend, signal });
  const sizesOf = ({ rows }: Awaited<ReturnType<typeof shrink>>) => [
    ...new Set(rows.filter(({ name }) => name === PRE_TRAINED).map(({ inputSize }) => inputSize)),
  ];
  const encoder = createEncoder(tinyModel().description);
  const folder = newFolder();
  const result = await shrink(folder, 128);
  expect(sizesOf(result)).toEqual([128, 64]);
  expect(result.fullParameters).toBe(parameterCount(encoder, fullSubnet(encoder)));
  const page = await readFile(join(folder, 'report.html'), 'utf8');
  expect(page).toContain('vs. pre-trained at 64');
  const { environment } = JSON.parse(await readFile(join(folder, 'report-input.json'), 'utf8'));
  expect(environment).toMatchObject({ 'pre-trained network': 'tiny', 'input size': '128' });
  // It goes on where it was, and not with another network.
  await expect(shrink(folder, 128)).resolves.toMatchObject({ fullParameters: result.fullParameters });
  await expect(walk(folder)).rejects.toThrow(/was begun with other settings/);

  const atItsOwn = newFolder();
  expect(sizesOf(await shrink(atItsOwn, 64))).toEqual([64]);
  expect(await readFile(join(atItsOwn, 'report.html'), 'utf8')).not.toContain('vs. pre-trained at');
}, 300_000);
