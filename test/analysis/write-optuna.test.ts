import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { writeOptuna } from '../../src/analysis/write-optuna.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { readOptuna } from '../../src/interop/optuna.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { readRecords, type StudyRecord } from '../../src/store/study-record.js';
import { definition, sampleTrials } from '../dashboard/sample-studies.js';

const python = process.env['SUPERSAM_PYTHON'] ?? 'python3';
const hasOptuna = spawnSync(python, ['-c', 'import optuna']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'supersam-optuna-'));
const path = join(folder, 's.optuna.db');
let record: StudyRecord;
let complete: readonly FinishedTrial[];
beforeAll(() => {
  const store = openSqliteStore(join(folder, 's.db'));
  store.claim(definition('s'), {}).begin(sampleTrials(40), [], new Map());
  store.close();
  record = readRecords(join(folder, 's.db')).read('s') as StudyRecord;
  complete = record.finished.filter(({ state }) => state === 'complete');
  writeFileSync(path, writeOptuna(record));
});

it('comes back by import as it was', () => {
  const [study] = readOptuna(path);
  expect(study?.name).toBe('s');
  expect(study?.trials).toHaveLength(record.finished.length);
  for (const { configuration, metrics } of complete) {
    const back = study?.trials.find(
      ({ measurement }) => measurement.state === 'complete' && measurement.metrics['meanIou'] === metrics?.['meanIou'],
    );
    expect(back?.measurement).toMatchObject({ state: 'complete', metrics });
    for (const name of ['stage1.block0.attention', 'stage1.block0.mlp', 'rate']) {
      expect(back?.configuration[name]).toEqual(configuration[name]);
    }
  }
});

it.skipIf(!hasOptuna)(
  'is a storage that Optuna itself loads, ranks and goes on with',
  () => {
    const script = `
import json, sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name='s', storage='sqlite:///' + sys.argv[1])
trials = [{'number': t.number, 'values': t.values, 'mlp': t.params['stage1.block0.mlp']} for t in study.get_trials(states=[optuna.trial.TrialState.COMPLETE])]
failed = len(study.get_trials(states=[optuna.trial.TrialState.FAIL]))
directions = [d.name for d in study.directions]
front = sorted(t.number for t in study.best_trials)
study.optimize(lambda t: (t.suggest_float('rate', 0, 1), 1.0), n_trials=2)
print(json.dumps({'trials': trials, 'failed': failed, 'directions': directions, 'front': front, 'after': len(study.trials)}))
`;
    const said = JSON.parse(execFileSync(python, ['-c', script, path], { encoding: 'utf8', stdio: 'pipe' }));
    expect(said.directions).toEqual(['MAXIMIZE', 'MINIMIZE']);
    expect(said.trials).toEqual(
      [...complete]
        .sort((a, b) => a.number - b.number)
        .map(({ number, values, configuration }) => ({ number, values, mlp: configuration['stage1.block0.mlp'] })),
    );
    expect(said.failed).toBe(record.finished.length - complete.length);
    expect(said.front.length).toBeGreaterThan(0);
    expect(said.after).toBe(record.finished.length + 2);
  },
  120_000,
);
