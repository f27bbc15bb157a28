import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimFolder } from '../../../src/base/lock.js';
import { runPipeline } from '../../../src/supernet/pipeline/run-pipeline.js';
import { quickstartSettings as settings } from '../../../src/supernet/pipeline/settings.js';
import { loadTrainingBackend } from '../../../src/supernet/train/backend.js';

const backend = await loadTrainingBackend('onnx');
const walk = (folder: string) =>
  runPipeline({ settings, folder, data: '/nowhere', backend, signal: new AbortController().signal });

it('begins in no folder of other settings, and leaves it as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
  writeFileSync(join(folder, 'settings.json'), '{}');
  await expect(walk(folder)).rejects.toThrow(/was begun with other settings/);
  expect(await readdir(folder)).toEqual(['settings.json']);
});

it('works in a folder alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
  const release = await claimFolder(folder);
  await expect(walk(folder)).rejects.toThrow(/is being written to by/);
  expect(existsSync(join(folder, 'settings.json'))).toBe(false);
  await release();
});
