import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readModel, writeModel } from '../../src/supernet/model/model-folder.js';
import { fewNuclei } from '../supernet/train/distillation/tiny-student.js';
import { tinyModel } from '../supernet/train/tiny-model.js';
import { runCommand } from './run-command.js';

/** What a command prints on standard output. */
const run = async (...args: string[]): Promise<string> => (await runCommand(...args)).out;

vi.setConfig({ testTimeout: 180_000 });

const folder = mkdtempSync(join(tmpdir(), 'supersam-plain-vit-'));
const data = fewNuclei({ train: 2, val: 2 });
const teacher = join(folder, 'teacher');
beforeAll(() => writeModel(teacher, tinyModel()));
afterAll(() => {
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
});

/** Both kinds: positions with a class entry and a global attention; windows, which a map of 4 x 4 is padded to, and relative positions. */
describe.each(['efficientsam-ti', 'vit-b'])('a plain ViT goes the whole way: %s', (student) => {
  const at = (name: string) => join(folder, student, name);
  const few = ['--data', data, '--images', '2', '--max-objects', '2'];

  it('is taught, ranked, sorted, trained, searched and extracted', async () => {
    const shape = ['--student', student, '--depth', '2', '--channels', '24', '--heads', '3'];
    const steps = ['--steps', '2', '--batch', '2', '--backend', 'onnx', '--data', data];
    const taught = await run('distill', '--teacher', teacher, ...shape, ...steps, '--output', at('student'));
    expect(taught).toMatch(/teacher .*\nstudent /);
    expect(readFileSync(join(at('student'), 'README.md'), 'utf8')).toMatch(/own distillation, not official weights/);

    const ranking = at('ranking.json');
    await run('rank', '--model', at('student'), ...few, '--output', ranking);
    // Without a size asked for, a student of 64 pixels is ranked at 64.
    expect(JSON.parse(readFileSync(ranking, 'utf8'))).toMatchObject({ inputSize: 64, removals: { length: 6 } });
    const space = at('space.json');
    const choices = ['--heads', '0.33,0.67,1', '--max-drop', '1'];
    await run('design', '--model', at('student'), '--ranking', ranking, ...choices, '--output', space);
    await run('prioritize', at('student'), '--data', data, '--images', '2', '--output', at('sorted'));
    await run('train', '--model', at('sorted'), '--space', space, ...steps, '--output', at('supernet'));
    const [before, after] = [await readModel(at('sorted')), await readModel(at('supernet'))];
    // The whole encoder learns: there is no stem.
    for (const [name, { data: own }] of after.weights) {
      if (!name.startsWith('image_encoder.') || name.includes('rel_pos')) continue;
      const old = before.weights.get(name)?.data;
      const changed = own.some((value, i) => value !== old?.[i]);
      expect(changed, name).toBe(true);
    }

    const study = at('study.db');
    const objectives = ['--objective', 'meanIou:max', '--objective', 'encoderParameters:min'];
    const oracle = ['--space', space, '--oracle', `supernet:${at('supernet')}`, ...few];
    await run('search', ...oracle, ...objectives, '--trials', '6', '--study', study);
    const trials = (await run('trials', study, '--csv')).trim().split('\n').slice(1);
    expect(trials).toHaveLength(6);
    expect(trials.every((line) => line.includes(',complete,'))).toBe(true);

    await run('extract', '--model', at('supernet'), '--study', study, '--trial', '3', '--output', at('small'));
    for (const file of ['encoder.onnx', 'decoder.onnx']) expect(existsSync(join(at('small'), file))).toBe(true);
    const row = trials[3]?.split(',') ?? [];
    const scores = JSON.parse(await run('evaluate', '--model', at('small'), ...few, '--json')) as Scores;
    // The subnet on its own scores as it did inside the supernet.
    const meanIou = (scores.scores.box.single + scores.scores.point.single) / 2;
    expect(meanIou).toBeCloseTo(Number(row.at(-2)), 5);
    expect(scores.encoderParameters).toBe(Number(row.at(-1)));

    const again = ['--teacher', at('student'), '--student', at('small'), ...steps, '--output', at('small-distilled')];
    expect(await run('distill', ...again)).toMatch(/\nstudent /);
    expect(readFileSync(join(at('small-distilled'), 'README.md'), 'utf8')).toMatch(/went on from weights that it had/);
    await expect(run('distill', ...again, '--depth', '2')).rejects.toThrow(/that has weights has its sizes, too/);
    const unknown = run('distill', '--teacher', teacher, '--student', 'efficientsam-it', '--output', at('no'));
    await expect(unknown).rejects.toThrow(/no model folder "efficientsam-it". Did you mean "efficientsam-ti"/);
  });
});

interface Scores {
  readonly encoderParameters: number;
  readonly scores: { readonly [prompt in 'box' | 'point']: { readonly single: number } };
}
