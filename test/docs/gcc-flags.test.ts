import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createCommandOracle } from '../../src/oracles/command.js';
import { timeLimited } from '../../src/oracles/wrappers.js';
import { createTechnique } from '../../src/plugins/create-technique.js';
import { loadSpace } from '../../src/plugins/load-space.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { runStudy } from '../../src/study/run.js';
import random from '../../techniques/random.js';

const example = join(import.meta.dirname, '../../docs/examples/gcc-flags');
const hasGcc = spawnSync('gcc', ['--version']).status === 0;

it.skipIf(!hasGcc)(
  'the example tunes flags of gcc on a real program',
  async () => {
    const space = await loadSpace(join(example, 'space.json'));
    const metrics = ['runSeconds', 'kilobytes'];
    const line = `node ${join(example, 'measure.mjs')} {*} 1`;
    const { trials, front } = await runStudy({
      name: 'gcc',
      space,
      oracle: timeLimited(await createCommandOracle(line, { space, metrics }), { seconds: 60 }),
      technique: createTechnique('random', new Map([['random', random]])),
      objectives: metrics.map((metric) => ({ metric, direction: 'min' as const })),
      seed: 1,
      store: createMemoryStore(),
      budget: { trials: 6 },
    });
    expect(trials.map(({ state, failure }) => failure?.message ?? state)).toEqual(Array(6).fill('complete'));
    expect(new Set(trials.map(({ metrics: own }) => own?.['kilobytes'])).size).toBeGreaterThan(1);
    expect(front.length).toBeGreaterThan(0);
    for (const { metrics: own } of trials) expect(own?.['runSeconds']).toBeGreaterThan(0);
  },
  180_000,
);
