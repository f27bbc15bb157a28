import { copyFileSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSignature } from '../../src/supernet/formats/onnx/proto.js';
import { readModel, writeModel } from '../../src/supernet/model/model-folder.js';
import { fewNuclei } from '../supernet/train/distillation/tiny-student.js';
import { tinyModel } from '../supernet/train/tiny-model.js';
import { runCommand } from './run-command.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'supersam-verify-model-'));
const at = (...parts: string[]) => join(folder, ...parts);
const data = fewNuclei({ train: 1, val: 2 });
const oracle = ['--oracle', `supernet:${at('supernet')}`, '--data', data, '--max-objects', '2'];

beforeAll(async () => {
  await writeModel(at('supernet'), tinyModel());
  await runCommand('space', 'generate', at('supernet'), '--output', at('space.json'));
  const objectives = ['--objective', 'meanIou:max', '--objective', 'encoderParameters:min'];
  const budget = ['--technique', 'random', '--trials', '4', '--study', at('study.db'), '--name', 'first'];
  await runCommand('search', '--space', at('space.json'), ...oracle, ...objectives, ...budget);
  const trial = ['--study', at('study.db'), '--trial', '2'];
  await runCommand('extract', '--model', at('supernet'), ...trial, '--output', at('models', 'small'));
});
afterAll(() => {
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
});

/** What is said of each check, and the error if there was one. */
async function verify(...args: string[]): Promise<{ lines: string[]; exitCode: number }> {
  let exitCode = 0;
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  const quiet = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    const { createProgram } = await import('../../src/cli/program.js');
    await createProgram().parseAsync(['verify', ...args], { from: 'user' });
  } catch (error) {
    exitCode = (error as { exitCode: number }).exitCode;
  } finally {
    write.mockRestore();
    quiet.mockRestore();
  }
  return { lines: lines.join('').split('\n'), exitCode };
}
const verdicts = (lines: readonly string[]) =>
  Object.fromEntries(
    lines.flatMap((line) => {
      const [, verdict, check] = /^(proven|unproven|fault) +(\S+)/.exec(line) ?? [];
      return check === undefined ? [] : [[check, verdict]];
    }),
  );

/** The model, its study and its supernet, to be changed. */
function copied(): { readonly root: string; readonly model: string } {
  const root = mkdtempSync(join(tmpdir(), 'supersam-copied-'));
  for (const name of ['models', 'supernet']) cpSync(at(name), join(root, name), { recursive: true });
  const raw = new Database(at('study.db'));
  raw.pragma('wal_checkpoint(TRUNCATE)');
  raw.close();
  copyFileSync(at('study.db'), join(root, 'study.db'));
  return { root, model: join(root, 'models', 'small') };
}

describe('supersam verify of an extracted model', () => {
  it('says of a mean of trainings where it comes from, and that its weights are no slice of the supernet', async () => {
    const small = await readModel(at('models', 'small'));
    const weights = new Map(
      [...small.weights].map(([name, { shape, data }]) => [name, { shape, data: data.map((value) => 1.01 * value) }]),
    );
    await writeModel(at('models', 'tuned'), { ...small, weights });
    await runCommand('average', at('models', 'small'), at('models', 'tuned'), '--output', at('models', 'finished'));
    const { lines, exitCode } = await verify(at('models', 'finished'), '--study', at('study.db'));
    const { supernet, ...others } = verdicts(lines);
    expect(supernet).toBe('unproven');
    for (const check of ['weights', 'encoder.onnx', 'decoder.onnx', 'trial']) expect(others[check]).toBe('proven');
    expect(exitCode).toBe(0);
    const card = readFileSync(at('models', 'finished', 'model-card.md'), 'utf8');
    expect(card).toContain(`the mean of those of sha256 ${small.sha256} and `);
  });

  it('follows it back to its supernet, its trial and the search', async () => {
    const { lines, exitCode } = await verify(at('models', 'small'), ...oracle, '--remeasure', '1');
    const checks = ['weights', 'encoder.onnx', 'decoder.onnx', 'supernet', 'trial', 'record', 'settings', 'space'];
    expect(verdicts(lines)).toEqual(
      Object.fromEntries([...checks, 'oracle', 'trials', 'search', 'values'].map((check) => [check, 'proven'])),
    );
    expect(exitCode).toBe(0);
    const network = JSON.parse(readFileSync(at('models', 'small', 'network.json'), 'utf8'));
    expect(network.provenance).toMatchObject({
      trial: {
        study: 'first',
        trial: 2,
        seed: 1,
        technique: 'random',
        fingerprint: { weights: network.provenance.supernet },
      },
      files: { supernet: '../../supernet', study: '../../study.db' },
    });
    const { metadata } = readSignature(readFileSync(at('models', 'small', 'encoder.onnx')), 'encoder');
    expect(JSON.parse(metadata['provenance'] ?? '')).toMatchObject({ trial: network.provenance.trial });
  });

  it('exports a front that asks for the same proof', async () => {
    const { out } = await runCommand('pareto', at('study.db'), '--format', 'json');
    expect(JSON.parse(out).origin).toMatchObject({ study: 'first', seed: 1, oracle: 'supernet' });
  });

  it('says what it has not at hand', async () => {
    const { root, model } = copied();
    renameSync(join(root, 'study.db'), join(root, 'moved.db'));
    rmSync(join(root, 'supernet'), { recursive: true });
    const { lines, exitCode } = await verify(model);
    expect(verdicts(lines)).toMatchObject({ weights: 'proven', supernet: 'unproven', trial: 'unproven' });
    expect(exitCode).toBe(4);
    const again = await verify(model, '--study', join(root, 'moved.db'), '--model', at('supernet'));
    expect(verdicts(again.lines)).toMatchObject({ supernet: 'proven', trial: 'proven', search: 'proven' });
    rmSync(root, { recursive: true });
  });

  const network = (change: (text: string) => string) => (model: string) => {
    const path = join(model, 'network.json');
    const before = readFileSync(path, 'utf8');
    expect(change(before)).not.toBe(before);
    writeFileSync(path, change(before));
  };
  const flip = (name: string) => (model: string) => {
    const path = join(model, name);
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };
  it.each<[string, (model: string) => void, string]>([
    ['another trial', network((text) => text.replace('"trial": 2', '"trial": 1')), 'trial'],
    ['another seed', network((text) => text.replace('"seed": 1', '"seed": 2')), 'trial'],
    ['another supernet', network((text) => text.replace(/"supernet": "\w{6}/, '"supernet": "abcdef')), 'supernet'],
    ['changed weights', flip('weights.safetensors'), 'weights'],
    ['ONNX files of another model', network((text) => text.replace('"seed": 1', '"seed": 3')), 'encoder.onnx'],
    ['a supernet that was trained on', (model) => flip('../../supernet/weights.safetensors')(model), 'supernet'],
  ])('finds %s', async (_, change, check) => {
    const { root, model } = copied();
    change(model);
    const { lines, exitCode } = await verify(model);
    expect(verdicts(lines)[check]).toBe('fault');
    expect(exitCode).toBe(1);
    rmSync(root, { recursive: true });
  });
});
