import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createTableOracle } from '../../src/oracles/table.js';
import { createTechnique } from '../../src/plugins/create-technique.js';
import { loadSpace } from '../../src/plugins/load-space.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { runStudy } from '../../src/study/run.js';
import random from '../../techniques/random.js';

const assets = join(import.meta.dirname, '../assets');

/** Each schema that a release wrote has left a database here: 12 trials of random search over the small table, seed 3. */
it.each(['study-schema-1.db'])('reads %s, migrates it and goes on as if nothing had been', async (file) => {
  const db = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db');
  copyFileSync(join(assets, file), db);
  const space = await loadSpace(join(assets, 'small-space.json'));
  const options = {
    name: 'study',
    space,
    oracle: await createTableOracle(join(assets, 'small-table.csv'), space),
    technique: createTechnique('random', new Map([['random', random]])),
    objectives: [
      { metric: 'error', direction: 'min' },
      { metric: 'mflops', direction: 'min' },
    ],
    seed: 3,
  } as const;
  const store = openSqliteStore(db);
  const stored = store.read('study');
  const { trials } = await runStudy({ ...options, store, resume: true, budget: { trials: 20 } });
  const events = new Database(db).prepare('SELECT kind FROM event ORDER BY id').pluck().all();
  store.close();

  const whole = await runStudy({ ...options, store: createMemoryStore(), budget: { trials: 20 } });
  expect(stored?.finished).toEqual(whole.trials.slice(0, 12));
  expect(stored?.seconds.size).toBe(12);
  expect(trials).toEqual(whole.trials);
  expect(events).toEqual(['created', 'resumed', 'stopped']);
});
