import { expect, it } from 'vitest';
import { exportFront } from '../../src/charts/pareto-export.js';
import { failureLines, readTrialsCsv, trialLines, trialsCsv } from '../../src/cli/trial-table.js';
import type { StoredStudy } from '../../src/core/store.js';
import type { FinishedTrial } from '../../src/core/trial.js';

const objectives = [
  { metric: 'error', direction: 'min' },
  { metric: 'speed', direction: 'max' },
] as const;
const trial = (number: number, error: number | null, speed: number): FinishedTrial => ({
  number,
  technique: 'random',
  configuration: { width: 64 * number, op: 'a, "b"' },
  state: error === null ? 'failed' : 'complete',
  values: error === null ? null : [error, speed],
  metrics: null,
  improvement: 0,
});
const finished = [trial(0, 5, 1), trial(1, 3, 2), trial(2, null, 9), trial(3, 4, 1.5), trial(4, 1, 0.5)];
const study: StoredStudy = {
  definition: {
    name: 's',
    space: { name: 's', hash: 'h', parameters: { width: '', op: '' } },
    oracle: { name: 'o', fingerprint: {} },
    technique: 'random',
    objectives,
    seed: 1,
    begun: { version: '0.2.0', generation: 2 },
  },
  finished,
  open: [{ number: 5, technique: 'random', configuration: { width: 1, op: 'a' } }],
  seconds: new Map(),
};
const table = trialsCsv(study);

it('finds the front of a printed trial table as of the study itself', () => {
  const read = readTrialsCsv(table, objectives);
  expect(read.map(({ values }) => values)).toEqual(finished.map(({ values }) => values));
  expect(exportFront(read, objectives, 'csv')).toBe(exportFront(finished, objectives, 'csv'));
});

it('says what a table lacks', () => {
  expect(() => readTrialsCsv(table, [{ metric: 'eror', direction: 'min' }])).toThrow(/no column "eror"/);
  expect(() => readTrialsCsv('number,technique,state,error\n0,r,complete,\n', objectives.slice(0, 1))).toThrow(
    /line 2/,
  );
});

it('shows people columns, six digits and why a trial failed, on one line each', () => {
  const failure = { kind: 'runtime', message: 'exit code 3\ncannot open x' } as const;
  const [one, two] = [trial(0, 0.123456789, 2), { ...trial(1, null, 0), failure }];
  const lines = trialLines({ ...study, finished: [one, two], open: [] });
  expect(lines).toEqual([
    'number  technique  state     width  op      error     speed',
    '0       random     complete  0      a, "b"  0.123457  2',
    '1       random     failed    64     a, "b"  -         -      runtime: exit code 3 | cannot open x',
  ]);
  expect(failureLines([one, two, { ...two, number: 2 }])).toEqual([
    '2 failed (runtime); the first, trial 1: exit code 3 | cannot open x',
  ]);
});
