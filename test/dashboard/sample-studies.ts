import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng } from '../../src/base/rng.js';
import type { StudyDefinition } from '../../src/core/store.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { openSqliteStore } from '../../src/store/sqlite.js';

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'supersam-dashboard-'));

export const definition = (name: string): StudyDefinition => ({
  name,
  space: {
    name: 'subnets',
    hash: name.padEnd(64, '0'),
    parameters: {
      'stage1.block0.attention': 'boolean false true',
      'stage1.block0.mlp': 'ordinal 0 128 256 512',
      'stage2.block0.mlp': 'ordinal 0 160 320 640',
      rate: 'float of null',
      order: 'permutation of 24',
      layout: 'categorical "n c h w" "nhwc"',
    },
  },
  oracle: { name: 'table', fingerprint: {} },
  technique: 'bandit:arms=random+tpe',
  objectives: [
    { metric: 'meanIou', direction: 'max' },
    { metric: 'encoderParameters', direction: 'min' },
  ],
  seed: 1,
  begun: { version: '0.2.0', generation: 2 },
});

/** Trials that anybody can draw again: every tenth fails, the larger a subnet the better. */
export function sampleTrials(count: number, seed = 1): FinishedTrial[] {
  const rng = createRng(seed, 0);
  return Array.from({ length: count }, (_, number): FinishedTrial => {
    const widths = [
      [0, 128, 256, 512],
      [0, 160, 320, 640],
    ].map((choices) => choices[rng.int(0, choices.length - 1)] as number) as [number, number];
    const configuration = {
      'stage1.block0.attention': rng.float() < 0.5,
      'stage1.block0.mlp': widths[0],
      'stage2.block0.mlp': widths[1],
      rate: rng.float(),
      order: ['a', 'b', 'c', 'd'],
      ...(number % 2 === 0 ? { layout: 'n c h w' } : {}),
    };
    const technique = number % 3 === 0 ? 'bandit/random' : 'bandit/tpe';
    if (number % 10 === 9) {
      const failure = { kind: 'runtime', message: `out of memory <b>at</b> ${number}` } as const;
      return {
        ...{ number, technique, configuration, state: 'failed', values: null, metrics: null },
        improvement: 0,
        failure,
      };
    }
    const size = 1_000_000 + 4000 * (widths[0] + widths[1]);
    const values = [0.8 - 300_000 / size - 0.1 * rng.float(), size];
    const metrics = { meanIou: values[0] as number, encoderParameters: size };
    return { number, technique, configuration, state: 'complete', values, metrics, improvement: 0.01 };
  });
}

/** Writes a study that nobody works on. */
export function writeStudy(
  path: string,
  name: string,
  trials: readonly FinishedTrial[],
  oracle: StudyDefinition['oracle'] = definition(name).oracle,
): void {
  const store = openSqliteStore(path);
  const log = store.claim({ ...definition(name), oracle }, { node: process.version });
  log.begin(trials, [], new Map(trials.map(({ number }) => [number, 0.5 + (number % 7) / 10])));
  store.close();
}
