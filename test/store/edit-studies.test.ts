import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addNote, copyStudy, deleteStudy, enqueueTrials } from '../../src/store/edit-studies.js';
import { openSqliteStore, readStudies } from '../../src/store/sqlite.js';
import { readRecords } from '../../src/store/study-record.js';
import { runStudy } from '../../src/study/run.js';
import { createStudy, type StudyOptions } from '../../src/study/study.js';
import { choiceSpace } from '../../src/testing/choice-space.js';
import random from '../../techniques/random.js';

const space = choiceSpace({ a: [1, 2, 3, 4, 5, 6], b: [1, 2, 3, 4, 5, 6] });
const path = () => join(mkdtempSync(join(tmpdir(), 'supersam-edit-')), 's.db');
const options = (db: string, name = 's') =>
  ({
    ...{ name, space, technique: random(), seed: 1, resume: true, store: openSqliteStore(db) },
    objectives: [{ metric: 'error', direction: 'min' }],
  }) satisfies StudyOptions;
const oracle = {
  name: 'sum',
  metrics: ['error'],
  fingerprint: async () => ({}),
  measure: async ({ a, b }: { readonly [name: string]: unknown }) => ({
    state: 'complete' as const,
    metrics: { error: Number(a) + Number(b) },
  }),
};
const record = (db: string, name = 's') => {
  using reader = readRecords(db);
  return reader.read(name);
};

it('measures next what was put into the queue of a running study, and says what it refused', async () => {
  const db = path();
  const settings = options(db);
  using study = await createStudy(settings);
  const [first] = study.ask();
  study.tell(first?.number ?? -1, 3);
  const repeated = first?.configuration ?? {};
  enqueueTrials(db, 's', [{ a: 6, b: 6 }, repeated, { a: 7, b: 1 }, { a: 6, b: 5 }]);
  expect(record(db)?.enqueued).toHaveLength(4);
  const next = study.ask(2);
  expect(next.map(({ technique, configuration }) => [technique, configuration])).toEqual([
    ['enqueued', { a: 6, b: 6 }],
    ['enqueued', { a: 6, b: 5 }],
  ]);
  expect(record(db)?.running).toEqual(new Set(next.map(({ number }) => number)));
  for (const { number } of next) study.tell(number, 1);
  const { enqueued, events, times } = record(db) ?? {};
  expect(enqueued).toEqual([]);
  expect(events?.at(-1)).toMatchObject({ kind: 'refused', detail: expect.stringContaining('2 of 4') });
  expect(times?.get(1)?.finishedAt).toBeGreaterThanOrEqual(times?.get(1)?.startedAt ?? Infinity);
  settings.store.close();
});

it('gives an enqueued trial out first after a crash, too, and goes on to the same trials', async () => {
  const run = async (crash: boolean) => {
    const db = path();
    const before = options(db);
    await runStudy({ ...before, oracle, budget: { trials: 3 } });
    before.store.close();
    enqueueTrials(db, 's', [{ a: 6, b: 6 }]);
    if (crash) {
      const dying = options(db);
      const study = await createStudy({ ...dying, oracle });
      expect(study.ask()[0]?.technique).toBe('enqueued');
      study.close();
      dying.store.close();
    }
    const after = options(db);
    const { trials } = await runStudy({ ...after, oracle, budget: { trials: 8 } });
    after.store.close();
    return trials;
  };
  const trials = await run(false);
  expect(trials.map(({ technique }) => technique)).toContain('enqueued');
  expect(await run(true)).toEqual(trials);
});

it('copies a study so that the copy goes on as the original would, and deletes it', async () => {
  const [db, other] = [path(), path()];
  const before = options(db);
  await runStudy({ ...before, oracle, budget: { trials: 5 } });
  addNote(db, 's', 'looks right', 3);
  copyStudy({ path: db, name: 's' }, { path: db, name: 'twin' });
  copyStudy({ path: db, name: 's' }, { path: other, name: 's' });
  expect(() => copyStudy({ path: db, name: 's' }, { path: db, name: 'twin' })).toThrow(/already/);
  const { trials } = await runStudy({ ...before, oracle, budget: { trials: 12 } });
  before.store.close();
  for (const [file, name] of [
    [db, 'twin'],
    [other, 's'],
  ] as const) {
    expect(record(file, name)?.notes).toMatchObject([{ number: 3, text: 'looks right' }]);
    expect(record(file, name)?.definition.space.definition).toEqual(space.definition);
    const again = options(file, name);
    expect((await runStudy({ ...again, oracle, budget: { trials: 12 } })).trials).toEqual(trials);
    again.store.close();
  }
  deleteStudy(db, 'twin');
  using left = readStudies(db);
  expect(left.names()).toEqual(['s']);
  expect(() => deleteStudy(db, 'twim')).toThrow(/no study "twim"/);
});

it('neither deletes a study that is being written to nor writes a note on what is not there', async () => {
  const db = path();
  const settings = options(db);
  using _study = await createStudy(settings);
  expect(() => deleteStudy(db, 's')).toThrow(expect.objectContaining({ code: 'STUDY_BUSY' }));
  expect(() => addNote(db, 's', 'x', 99)).toThrow(expect.objectContaining({ code: 'STUDY_TRIAL' }));
  expect(() => enqueueTrials(`${db}.none`, 's', [])).toThrow(/no such file/);
  expect(record(db)?.writer).toMatchObject({ state: 'alive' });
  settings.store.close();
});
