import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { createMemoryStore } from '../../src/store/memory.js';
import { runStudy } from '../../src/study/run.js';
import { choiceSpace } from '../../src/testing/choice-space.js';
import random from '../../techniques/random.js';
import { runCommand } from './run-command.js';

/** What new users stumbled over. */

const assets = join(import.meta.dirname, '../assets');
const folder = mkdtempSync(join(tmpdir(), 'supersam-steps-'));
const at = (...names: readonly string[]) => join(folder, ...names);
const problem = ['--space', `${assets}/small-space.json`, '--oracle', `table:${assets}/small-table.csv`];

it('techniques lists the default, as text and as JSON', async () => {
  expect((await runCommand('techniques')).out).toMatch(/^default +what a search takes unless told: bandit:/);
  const { default: spec, techniques } = JSON.parse((await runCommand('techniques', '--json')).out) as {
    readonly default: string;
    readonly techniques: readonly { readonly name: string }[];
  };
  expect(spec).toMatch(/^bandit:/);
  expect(techniques.map(({ name }) => name)).toContain('tpe');
});

it('a comparison calls the default by that name, and says once what it is', async () => {
  const named = ['--techniques', 'default,random', '--seeds', '2', '--trials', '4', '--workers', '1'];
  const { out, err } = await runCommand(
    'compare',
    ...problem,
    '--objective',
    'error:min',
    ...named,
    '--out',
    at('compare'),
  );
  expect(out).toMatch(/^ *default\b/m);
  expect(out).not.toContain('bandit');
  expect(err).toMatch(/default is bandit:arms=/);
}, 60_000);

it('space show says steps and scales, and what the elements of a list are', async () => {
  const parameters = [
    { name: 'rate', type: 'float', min: 0.001, max: 1, scale: 'log' },
    { name: 'size', type: 'integer', min: 0, max: 400, step: 8 },
    { name: 'flags', type: 'array', length: 20, element: { type: 'integer', min: 0, max: 9, step: 3 } },
  ];
  writeFileSync(at('s.json'), JSON.stringify({ name: 's', parameters }));
  const { out } = await runCommand('space', 'show', at('s.json'));
  expect(out).toMatch(/rate +float +0\.001 to 1 +log scale/);
  expect(out).toMatch(/size +integer +0 to 400 +step 8/);
  expect(out).toMatch(/flags +array +20 of integer 0 to 9 step 3/);
});

it('spaces, networks and backends are said as JSON, too', async () => {
  const json = async (...args: readonly string[]) => JSON.parse((await runCommand(...args, '--json')).out) as unknown;
  const space = `${assets}/small-space.json`;
  expect(await json('space', 'check', space)).toEqual({
    ...{ name: expect.any(String), parameters: expect.any(Number), configurations: expect.any(Number) },
    ...{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), measured: [] },
  });
  expect(await json('space', 'show', space)).toMatchObject({ definitions: expect.any(Array), constraints: [] });
  const whole = (await json('describe', 'vit-b')) as { readonly encoderParameters: number; readonly macs: number };
  expect(await json('describe', 'vit-b', '-c', '{"layer1": false}')).toMatchObject({
    ...{ family: 'sam-vit', inputSize: 1024, pieces: expect.any(Array) },
    encoderParameters: expect.toSatisfy((count: number) => count < whole.encoderParameters),
  });
  const backends = [{ name: 'native' }, { name: 'onnx', available: true }, { name: 'wasm' }, { name: 'webgpu' }];
  expect(await json('backend', 'list')).toMatchObject(backends);
}, 60_000);

it('a limit that has changed is said when a study goes on', async () => {
  const search = (...more: readonly string[]) =>
    runCommand(
      'search',
      ...problem,
      '--objective',
      'error:min',
      '--technique',
      'random',
      '--study',
      at('s.db'),
      ...more,
    );
  await search('--trials', '2', '--timeout', '9');
  expect((await search('--trials', '3', '--timeout', '9', '--resume')).err).not.toContain('--timeout');
  expect((await search('--trials', '4', '--timeout', '3', '--resume')).err).toContain('--timeout was 9 and is 3');
  expect((await search('--trials', '5', '--resume')).err).toContain('--timeout was 3 and is none');
});

it('a study without a budget names the ways to give one', async () => {
  const study = runStudy({
    ...{
      name: 's',
      space: choiceSpace({ a: [1, 2] }),
      technique: random(),
      seed: 1,
      store: createMemoryStore(),
      budget: {},
    },
    objectives: [{ metric: 'x', direction: 'min' }],
    oracle: {
      name: 'o',
      metrics: ['x'],
      fingerprint: async () => ({}),
      measure: async () => ({ state: 'complete', metrics: { x: 1 } }),
    },
  });
  await expect(study).rejects.toMatchObject({ remedy: expect.stringContaining('--trials') });
});

it('data check doubts masks of one object each, and splits of one image', async () => {
  for (const kind of ['images', 'masks']) mkdirSync(at('data', kind), { recursive: true });
  for (let i = 0; i < 4; i++) {
    const mask = Buffer.alloc(64 * 64, 0);
    for (const corner of [10, 40])
      for (let y = 0; y < 9; y++) mask.fill(255, (corner + y) * 64 + corner, (corner + y) * 64 + corner + 9);
    const raw = { width: 64, height: 64, channels: 1 } as const;
    await sharp(mask, { raw })
      .toColourspace('b-w')
      .png()
      .toFile(at('data', 'masks', `${i}.png`));
    await sharp(mask, { raw })
      .png()
      .toFile(at('data', 'images', `${i}.png`));
  }
  const { err } = await runCommand('data', 'check', at('data'));
  expect(err).toContain('every image has one object');
  expect(err).toMatch(/the test split has one image: scores on it say little/);
});

it('a technique in TypeScript breaks no command where Node does not run it', async () => {
  mkdirSync(at('own', 'techniques'), { recursive: true });
  writeFileSync(at('own', 'package.json'), '{"name": "own", "type": "module"}');
  writeFileSync(at('own', 'techniques', 'mine.ts'), 'enum A { b }\nexport default A;\n');
  const main = join(import.meta.dirname, '../../dist/src/cli/main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'techniques'], {
    cwd: at('own'),
    encoding: 'utf8',
  });
  expect([status, stdout.includes('greedy-mutation')]).toEqual([0, true]);
  expect(stderr).toMatch(/^passed over: .*mine\.ts/);
});
