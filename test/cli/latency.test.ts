import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'supersam/sam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeModel } from '../../src/supernet/model/model-folder.js';
import { tinyModel } from '../supernet/train/tiny-model.js';
import { runCommand } from './run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-latency-'));
const [whole, pair] = [join(folder, 'whole'), join(folder, 'pair')];
beforeAll(async () => {
  await writeModel(whole, tinyModel());
  await extract(tinyModel(), {}, { output: pair, format: 'float16' });
  for (const file of ['network.json', 'weights.safetensors']) rmSync(join(pair, file));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('measures models by turns and says with how many threads, in which quartiles, on what', async () => {
  const { out } = await runCommand('latency', whole, pair, '--runs', '4', '--threads', '1', '--json');
  const { threads, runs, machine, models } = JSON.parse(out);
  expect({ threads, runs }).toEqual({ threads: 1, runs: 4 });
  expect(machine).toMatch(/\d+ cores/);
  expect(models.map(({ model, inputSize }: { model: string; inputSize: number }) => [model, inputSize])).toEqual([
    [whole, 64],
    [pair, 1024],
  ]);
  for (const { encoder, decoder } of models) {
    for (const { median, quartiles } of [encoder, decoder]) {
      expect(quartiles[0]).toBeGreaterThan(0);
      expect(quartiles[0]).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(quartiles[1]);
    }
  }
  // Half the bytes, and the graph around them.
  expect(models[1].bytes.decoder / models[0].bytes.decoder).toBeLessThan(0.6);
});

it('prints a line a model, the first one being what the others are held against', async () => {
  const { out } = await runCommand('latency', whole, pair, '--runs', '2', '--threads', '1');
  const lines = out.trim().split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[3]).toMatch(/pair embeds [\d.]+ images in the time of one on .*whole/);
  expect(lines[4]).toMatch(/^median of 2 runs, 1 thread, /);
});
