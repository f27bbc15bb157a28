import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../src/base/turns.js';
import type { Oracle } from '../../src/core/oracle.js';
import type { StudyHistory } from '../../src/core/store.js';
import { createTechnique } from '../../src/plugins/create-technique.js';
import { loadTechniques } from '../../src/plugins/load-techniques.js';
import { space as spaceOf } from '../../src/search-space/space-builder.js';
import { enqueueTrials } from '../../src/store/edit-studies.js';
import { readHistory } from '../../src/store/history.js';
import { checkRecord } from '../../src/store/seal.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { judgeAgain } from '../../src/study/judge-again.js';
import { replay } from '../../src/study/replay.js';
import { type RunStudyOptions, runStudy } from '../../src/study/run.js';
import { createStudy } from '../../src/study/study.js';

const techniques = await loadTechniques();
const space = spaceOf('s')
  .integer('a', 0, 15)
  .categorical('b', ['x', 'y', 'z'])
  .float('c', 0, 1, { step: 0.125 })
  .integer('d', 0, 7, { when: 'b == "x"' })
  .compile();
const newFile = () => join(mkdtempSync(join(tmpdir(), 'supersam-replay-')), 's.db');

/** Gives its results out of order, fails now and then, and says of some that they cannot be. */
const oracle: Oracle = {
  name: 'o',
  metrics: ['error', 'cost'],
  fingerprint: async () => ({ file: 'abc' }),
  measure: async ({ a, b, c, d = 0 }, { trial }) => {
    await new Promise((resolve) => setTimeout(resolve, (trial * 7) % 5));
    if (trial % 11 === 5) throw new Error('no luck');
    if (trial % 13 === 7) return { state: 'infeasible', message: 'too wide' };
    const error = (Number(a) - 6) ** 2 + Number(c) + Number(d) / 9 + (b === 'x' ? 0 : 1);
    return { state: 'complete', metrics: { error, cost: Number(a) + 0.1 } };
  },
};
const optionsOf = (technique: string, extra: Partial<RunStudyOptions> = {}) => ({
  ...{ name: 's', space, oracle, technique: createTechnique(technique, techniques), techniqueSpec: technique },
  objectives: [{ metric: 'error', direction: 'min' } as const, { metric: 'cost', direction: 'max' } as const],
  ...{ seed: 5, constraints: ['cost <= 14'], budget: { trials: 30 } },
  ...extra,
});

async function run(file: string, technique: string, extra: Partial<RunStudyOptions> = {}): Promise<StudyHistory> {
  const store = openSqliteStore(file);
  try {
    await runStudy({ ...optionsOf(technique, extra), store });
  } finally {
    store.close();
  }
  return readHistory(file, 's') as StudyHistory;
}

function expectProven(history: StudyHistory): void {
  const technique = createTechnique(history.definition.technique, techniques);
  expect(checkRecord(history)).toEqual({ faults: [], unsealed: 0 });
  expect(judgeAgain(history, { space })).toEqual([]);
  expect(atOnce(replay(history, { space, technique }))).toMatchObject({ isOrderGuessed: false });
  expect(atOnce(replay(history, { space, technique }))).not.toHaveProperty('fault');
}

describe('a search replays from its seed', () => {
  it.each([...techniques.keys()])('%s, with three workers, stopped and gone on with', async (technique) => {
    const file = newFile();
    await run(file, technique, { workers: 3, budget: { trials: 11 } });
    const history = await run(file, technique, { workers: 2, resume: true, budget: { trials: 24 } });
    const { asks } = atOnce(replay(history, { space, technique: createTechnique(technique, techniques) }));
    expect(asks).toBeGreaterThan(20);
    expectProven(history);
  });

  it('that began with seeds and the trials of another, and was given some meanwhile', async () => {
    const file = newFile();
    const { finished: warmStart } = await run(newFile(), 'random', { budget: { trials: 8 } });
    const first = [{ a: 1, b: 'y', c: 0.5 }];
    await run(file, 'tpe:startup=4', { warmStart, seedConfigurations: first, budget: { trials: 5 } });
    enqueueTrials(file, 's', [{ a: 15, b: 'z', c: 0.125 }]);
    const history = await run(file, 'tpe:startup=4', { resume: true, workers: 2 });
    expect(history.finished.map(({ technique }) => technique)).toContain('enqueued');
    expect(history.finished.map(({ technique }) => technique)).toContain('warm-start');
    expectProven(history);
  });

  it('whose caller asked for several at once, told them backwards and left some', async () => {
    const file = newFile();
    const options = optionsOf('nsga2:population=8');
    for (const resume of [false, true]) {
      const store = openSqliteStore(file);
      const study = await createStudy({ ...options, store, resume });
      for (const count of [5, 3]) {
        const asked = study.ask(count);
        for (const { number, configuration } of asked.toReversed().slice(1)) {
          study.tell(number, { error: Number(configuration['a']), cost: 1 });
        }
      }
      store.close();
    }
    const history = readHistory(file, 's') as StudyHistory;
    expect(history.open.length).toBeGreaterThan(0);
    expectProven(history);
  });

  it('that an older release ran alone, whose order is guessed', async () => {
    const history = await run(newFile(), 'genetic');
    const bare = new Map([...history.steps].map(([number]) => [number, { proposed: null, asked: null, told: null }]));
    const old = { ...history, steps: bare };
    const technique = createTechnique('genetic', techniques);
    expect(atOnce(replay(old, { space, technique }))).toMatchObject({ asks: 30, isOrderGuessed: true });
    expect(atOnce(replay(old, { space, technique }))).not.toHaveProperty('fault');
  });
});
