import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { quickestSeconds } from '../../src/cli/stored-study.js';
import type { Measurement } from '../../src/core/oracle.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { runStudy } from '../../src/study/run.js';
import { choiceSpace } from '../../src/testing/choice-space.js';
import random from '../../techniques/random.js';

it('is the time of the quickest complete trial of the study, divided among its repeats', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db');
  expect(quickestSeconds(file, { name: 'study' })).toBeUndefined();
  const answers: Measurement[] = [
    { state: 'complete', metrics: { x: 1 }, seconds: 9 },
    { state: 'complete', metrics: { x: 1 }, seconds: 6 },
    { state: 'failed', kind: 'runtime', message: 'no', seconds: 1 },
  ];
  const store = openSqliteStore(file);
  await runStudy({
    ...{ name: 'study', space: choiceSpace({ a: [1, 2, 3] }), seed: 1, store, budget: { trials: 3 } },
    objectives: [{ metric: 'x', direction: 'min' }],
    technique: random.create({}, []),
    oracle: { name: 'o', metrics: ['x'], fingerprint: async () => ({}), measure: async () => answers.shift()! },
  });
  store.close();
  expect(quickestSeconds(file, { name: 'study' })).toBe(6);
  expect(quickestSeconds(file, { name: 'study', repeats: 3 })).toBe(2);
  expect(quickestSeconds(file, { name: 'another' })).toBeUndefined();
});
