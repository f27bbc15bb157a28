import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rankingLines } from '../../src/cli/commands/rank.js';
import type { MeasuredRanking } from '../../src/supernet/method/ranking.js';
import { writeModel } from '../../src/supernet/model/model-folder.js';
import { tinyModel } from '../supernet/train/tiny-model.js';
import { runCommand } from './run-command.js';

/** What the command prints. */
const run = async (...args: string[]): Promise<string> => (await runCommand(...args)).out;

const folder = mkdtempSync(join(tmpdir(), 'supersam-rank-'));
const at = (name: string) => join(folder, name);
beforeAll(() => writeModel(at('model'), tinyModel()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('ranking by magnitude', () => {
  it('needs no image, and lets as many parts go as are asked for, all alike', async () => {
    const printed = await run('rank', '--model', at('model'), '--method', 'magnitude', '--output', at('ranking.json'));
    expect(printed).toMatch(/^mean absolute weight\n/);
    const { removals } = JSON.parse(readFileSync(at('ranking.json'), 'utf8')) as { removals: { magnitude: number }[] };
    expect(removals.length).toBeGreaterThan(5);
    const design = ['design', '--model', at('model'), '--ranking', at('ranking.json'), '--output', at('space.json')];
    await expect(run(...design)).rejects.toMatchObject({
      exitCode: 2,
      remedy: expect.stringContaining('--max-removable'),
    });
    await expect(run(...design, '--max-removable', '2')).rejects.toThrow(/nothing of how much/);
    await run(...design, '--max-removable', '2', '--probabilities', 'constant', '--max-probability', '0.4');
    const { parameters } = JSON.parse(readFileSync(at('space.json'), 'utf8')) as {
      parameters: { type: string; choices?: number[]; weights: number[] }[];
    };
    const removable = parameters.filter(({ type, choices }) => type === 'boolean' || choices?.[0] === 0);
    expect(removable.map(({ weights }) => weights[0])).toEqual([0.4, 0.4]);
  });
});

describe('a ranking for people', () => {
  const ranking = (method: MeasuredRanking['method']): MeasuredRanking => ({
    ...{ format: 1, method, inputSize: 64, images: 2, objects: 4, prompt: 'both', mask: 'single', evaluation: '' },
    meanIou: 0.8,
    removals: [
      { parameter: 'a', removed: false, meanIou: 0.5, drop: 0.3, standardError: 0.012, encoderParameters: 1 },
      { parameter: 'b', removed: 0, meanIou: 0.7, drop: 0.1, standardError: 0.034, encoderParameters: 1 },
    ],
  });

  it('begins with the least harmful part and says how sure its drop is', () => {
    const [head, ...lines] = rankingLines(ranking('leave-one-out'));
    expect(head).toBe('mean IoU 0.8000 (2 images, 4 prompts); lost without');
    expect(lines.map((line) => line.slice(0, 19))).toEqual(['b   0.1000 ± 0.0340', 'a   0.3000 ± 0.0120']);
  });

  it('keeps the order of greedy removals', () => {
    expect(rankingLines(ranking('greedy')).map((line) => line[0])).toEqual(['m', 'a', 'b']);
  });
});
