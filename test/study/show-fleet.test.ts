import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { summariseStudy } from '../../src/analysis/study-summary.js';
import { reportLines } from '../../src/cli/commands/show.js';
import type { Executor, Fleet } from '../../src/core/executor.js';
import { StudyError } from '../../src/errors.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { readRecords } from '../../src/store/study-record.js';
import { readTrialFeed } from '../../src/store/trial-feed.js';
import { showFleet } from '../../src/study/show-fleet.js';
import { createStudy } from '../../src/study/study.js';
import { choiceSpace } from '../../src/testing/choice-space.js';
import random from '../../techniques/random.js';

const worker = (name: string, jobsPerMinute = 3): Fleet['workers'][number] => ({
  ...{ name, host: 'far', slots: 2, jobsPerMinute },
});
const executorOf = (fleet: () => Fleet) => ({ fleet }) as unknown as Executor;

it('keeps who measures as long as somebody holds the study, for all who look at it', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'supersam-fleet-')), 's.db');
  using store = openSqliteStore(path);
  const study = await createStudy({
    ...{ name: 's', space: choiceSpace({ a: [1, 2, 3] }), technique: random(), seed: 1, store },
    objectives: [{ metric: 'error', direction: 'min' }],
  });
  const look = () => {
    using records = readRecords(path);
    const record = records.read('s');
    return { record, fleet: record?.fleet, fed: readTrialFeed(path, 's', 0)?.fleet };
  };
  expect(look()).toMatchObject({ fleet: null, fed: null });
  vi.useFakeTimers();
  let fleet: Fleet = { workers: [worker('w1', 3.12345)], waiting: 4 };
  const end = showFleet(
    executorOf(() => fleet),
    study,
  );
  try {
    expect(look()).toMatchObject({ fleet: { workers: [worker('w1', 3.1)], waiting: 4 } });
    fleet = { workers: [worker('w1'), worker('w2')], waiting: 0 };
    vi.advanceTimersByTime(10_000);
  } finally {
    end();
    vi.useRealTimers();
  }
  const { record, fed } = look();
  expect(fed).toEqual(fleet);
  if (record === undefined) throw new Error('no record');
  expect(reportLines(summariseStudy(record, path)).find((line) => line.includes('workers'))).toMatch(
    /w1 on far \(2 at once, 3 jobs a minute\), w2 on far .*, 0 jobs wait/,
  );
  study.close();
  expect(look()).toMatchObject({ fleet: null, fed: null });
});

it('leaves it to the next result to say that the study cannot be written', () => {
  const fleet = executorOf(() => ({ workers: [], waiting: 0 }));
  const refuse = (error: Error) => () => {
    throw error;
  };
  showFleet(fleet, { showFleet: refuse(new StudyError('STUDY_TAKEN', 'taken', { remedy: 'wait' })) })();
  expect(() => showFleet(fleet, { showFleet: refuse(new TypeError('a fault')) })).toThrow('a fault');
});
