import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { packageVersion } from '../../src/base/package-root.js';
import { createTableOracle } from '../../src/oracles/table.js';
import { createTechnique } from '../../src/plugins/create-technique.js';
import { loadSpace } from '../../src/plugins/load-space.js';
import { openSqliteStore, readStudies } from '../../src/store/sqlite.js';
import { GENERATION } from '../../src/study/definition.js';
import { runStudy } from '../../src/study/run.js';
import random from '../../techniques/random.js';

const assets = join(import.meta.dirname, '../assets');

/** Schemas that a release wrote have left a database here: 12 trials of random search over the small table, seed 3. */
it.each(['study-schema-1.db', 'study-schema-2.db'])(
  'reads %s, and goes on with it once it is of today',
  async (file) => {
    const db = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db');
    for (const copy of [db, `${db}.raw`]) copyFileSync(join(assets, file), copy);
    // SQLite makes files beside what it opens, so a copy.
    const raw = new Database(`${db}.raw`);
    const rows = raw.prepare('SELECT number, configuration FROM trial ORDER BY completion').all() as {
      readonly number: number;
      readonly configuration: string;
    }[];
    raw.close();
    const space = await loadSpace(join(assets, 'small-space.json'));
    const oracle = await createTableOracle(join(assets, 'small-table.csv'), space);
    const options = {
      ...{ name: 'study', space, oracle, seed: 3, resume: true, budget: { trials: 20 } },
      technique: createTechnique('random', new Map([['random', random]])),
      objectives: [
        { metric: 'error', direction: 'min' },
        { metric: 'mflops', direction: 'min' },
      ],
    } as const;
    const reader = readStudies(db);
    const stored = reader.read('study');
    reader.close();
    expect(stored?.finished.map(({ number, configuration }) => ({ number, configuration }))).toEqual(
      rows.map((row) => ({ ...row, configuration: JSON.parse(row.configuration) as unknown })),
    );
    expect(stored?.seconds.size).toBe(12);
    expect(stored?.definition.begun).toEqual({ version: '0.1.0', generation: 1 });

    const store = openSqliteStore(db);
    await expect(runStudy({ ...options, store })).rejects.toMatchObject({
      code: 'STUDY_GENERATION',
      message: expect.stringContaining('begun by supersam 0.1.0'),
      remedy: expect.stringContaining('version 0.1.0'),
    });
    // Its trials begin a new study, in the same file.
    const next = await runStudy({ ...options, name: 'next', store, warmStart: stored?.finished ?? [] });
    expect(next.trials.slice(0, 12).map(({ values }) => values)).toEqual(stored?.finished.map(({ values }) => values));
    expect(store.read('study')).toMatchObject(stored ?? {});
    store.close();

    const migrated = new Database(db);
    migrated.prepare("UPDATE study SET generation = (SELECT generation FROM study WHERE name = 'next')").run();
    const again = openSqliteStore(db);
    const { trials } = await runStudy({ ...options, store: again });
    again.close();
    const events = migrated.prepare('SELECT kind FROM event WHERE study_id = 1 ORDER BY id').pluck().all();
    migrated.close();
    expect(trials.slice(0, 12)).toEqual(stored?.finished);
    expect(trials).toHaveLength(20);
    expect(events.slice(-2)).toEqual(['resumed', 'stopped']);
  },
);

it.each([
  ['study-schema-3.db', '0.2'],
  ['study-schema-7.db', '0.3'],
])('goes on with %s, of version %s, as if today had begun it, and learns its space', async (file) => {
  const db = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db');
  copyFileSync(join(assets, file), db);
  // Random search has proposed the same since.
  const raw = new Database(db);
  raw.prepare('UPDATE study SET generation = ?, version = ?').run(GENERATION, packageVersion);
  raw.close();
  const space = await loadSpace(join(assets, 'small-space.json'));
  const oracle = await createTableOracle(join(assets, 'small-table.csv'), space);
  const run = async (path: string) => {
    using store = openSqliteStore(path);
    const { trials } = await runStudy({
      ...{ name: 'study', space, oracle, store, seed: 3, resume: true, budget: { trials: 20 } },
      technique: createTechnique('random', new Map([['random', random]])),
      objectives: [
        { metric: 'error', direction: 'min' },
        { metric: 'mflops', direction: 'min' },
      ],
    });
    const { begun, ...definition } = store.read('study')?.definition ?? {};
    return { trials, definition, generation: begun?.generation };
  };
  expect(await run(db)).toEqual(await run(`${db}.new`));
});
