import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Objective } from '../../src/core/objective.js';
import type { Measurement, Oracle } from '../../src/core/oracle.js';
import type { Store } from '../../src/core/store.js';
import type { Technique } from '../../src/core/technique.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { openSqliteStore, readStudies } from '../../src/store/sqlite.js';
import { type RunStudyOptions, runStudy } from '../../src/study/run.js';
import { createStudy, type StudyOptions } from '../../src/study/study.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const axis = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const random: Technique = {
  name: 'random',
  init: () => 0,
  ask: (state, count, { space, rng }) => [Array.from({ length: count }, () => space.sample(rng)), state],
  tell: (state) => (state as number) + 1,
};
const newFile = () => join(mkdtempSync(join(tmpdir(), 'supersam-study-')), 's.db');
const options = (extra: Partial<StudyOptions> = {}): StudyOptions => ({
  name: 's',
  space: choiceSpace({ a: axis, b: axis }),
  technique: random,
  objectives: [{ metric: 'error', direction: 'min' }],
  seed: 1,
  store: createMemoryStore(),
  ...extra,
});
const oracleOf = (measure: (number: number) => unknown): Oracle => ({
  name: 'o',
  metrics: ['error'],
  fingerprint: async () => ({}),
  measure: async (_, { trial }) => measure(trial) as Measurement,
});
const run = (extra: Partial<RunStudyOptions> & { readonly oracle: Oracle }) =>
  runStudy({ ...options(), budget: { trials: 5 }, ...extra });

describe('nothing is stored before everything was checked', () => {
  const refused: [string, Partial<StudyOptions>, RegExp][] = [
    ['a seed configuration', { seedConfigurations: [{ a: 1, b: 77 }] }, /outside/],
    ['a constraint', { constraints: ['eror <= 1'] }, /eror/],
    ['an objective', { objectives: [{ metric: 'error', direction: 'down' } as never] }, /cannot be used/],
    ['two objectives of one name', { objectives: Array(2).fill({ metric: 'error', direction: 'min' }) }, /twice/],
    [
      'a metric named like a parameter',
      { objectives: [{ metric: 'a', direction: 'min' }] },
      /a parameter of the space/,
    ],
    ['a seed', { seed: Number.NaN }, /seed NaN/],
    ['a name', { name: '' }, /named ""/],
    ['a name with an escape', { name: '\u001b[31m' }, /named/],
    [
      'what its technique refuses',
      {
        technique: {
          ...random,
          init: () => {
            throw new Error('too many objectives');
          },
        },
      },
      /too many objectives/,
    ],
  ];
  it.each(refused)('%s', async (_, wrong, message) => {
    const file = newFile();
    using store = openSqliteStore(file);
    await expect(createStudy(options({ store, ...wrong }))).rejects.toThrow(message);
    expect(existsSync(file)).toBe(false);
    // The corrected call is a new study.
    (await createStudy(options({ store }))).close();
    await expect(createStudy(options({ store }))).rejects.toMatchObject({ code: 'STUDY_EXISTS' });
  });
});

/** Fails the writes that `fails` says, counted from 0, before anything of them is stored. */
function failingStore(store: Store, fails: (write: number) => boolean): Store {
  let writes = 0;
  const step = () => {
    if (fails(writes++)) throw new Error('disk full');
  };
  return {
    ...store,
    claim(...given) {
      const log = store.claim(...given);
      return {
        ...log,
        propose(...args) {
          step();
          log.propose(...args);
        },
        start(...args) {
          step();
          log.start(...args);
        },
        finish(...args) {
          step();
          log.finish(...args);
        },
      };
    },
  };
}

it('is unchanged by a write that fails: tried again, everything is as if it had not', async () => {
  const objectives: Objective[] = [
    { metric: 'error', direction: 'min' },
    { metric: 'yield', direction: 'max' },
  ];
  const trialsOf = async (fails: (write: number) => boolean) => {
    const memory = createMemoryStore();
    const study = await createStudy(options({ objectives, store: failingStore(memory, fails) }));
    const stubborn = <T>(work: () => T): T => {
      for (;;) {
        const [trials, front] = [JSON.stringify(study.trials), JSON.stringify(study.front())];
        try {
          return work();
        } catch (error) {
          expect((error as Error).message).toBe('disk full');
          expect([JSON.stringify(study.trials), JSON.stringify(study.front())]).toEqual([trials, front]);
        }
      }
    };
    for (let i = 0; i < 20; i++) {
      for (const { number, configuration } of stubborn(() => study.ask(2))) {
        const [a, b] = [Number(configuration['a']), Number(configuration['b'])];
        stubborn(() => study.tell(number, { error: (a - 4) ** 2 + b, yield: b }));
      }
    }
    study.close();
    expect(memory.read('s')?.finished).toEqual(study.trials);
    return study.trials;
  };
  const plain = await trialsOf(() => false);
  expect(plain.filter(({ improvement }) => improvement > 0).length).toBeGreaterThan(3);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(100), { maxLength: 30 }), async (failures) => {
      expect(await trialsOf((write) => failures.includes(write))).toEqual(plain);
    }),
    { seed: 1, numRuns: 30 },
  );
});

describe('what an oracle in JavaScript may return', () => {
  it('numbers and bare metrics are measurements', async () => {
    const numbers = await run({ oracle: oracleOf((trial) => trial) });
    expect(numbers.trials.map(({ values }) => values)).toEqual([[0], [1], [2], [3], [4]]);
    const bare = await run({ oracle: oracleOf((trial) => ({ error: trial, extra: 1 })) });
    expect(bare.trials.map(({ metrics }) => metrics?.['extra'])).toEqual([1, 1, 1, 1, 1]);
  });

  it.each([
    ['undefined', undefined],
    ['a text', '5'],
    ['a list', [5]],
    ['null', null],
    ['an object without the objective', { eror: 5 }],
    ['a measurement without metrics', { state: 'complete' }],
    ['a measurement without the objective', { state: 'complete', metrics: { eror: 5 } }],
    ['a text as value', { error: '5' }],
    ['a state that is none', { state: 'done', metrics: { error: 5 } }],
  ])('%s is an error at the first trial, and later a failed one', async (_, result) => {
    const store = createMemoryStore();
    await expect(run({ oracle: oracleOf(() => result), store })).rejects.toMatchObject({ code: 'STUDY_MEASUREMENT' });
    expect(store.read('s')?.finished).toEqual([]);
    const { trials } = await run({ oracle: oracleOf((trial) => (trial === 0 ? 1 : result)), store, resume: true });
    expect(trials.map(({ state }) => state)).toEqual(['complete', 'failed', 'failed', 'failed', 'failed']);
  });

  it('a constraint on a metric that the first trial lacks is an error, since its name may be misspelt', async () => {
    const oracle = { ...oracleOf((trial) => ({ error: trial })), metrics: ['error', 'eror'] };
    await expect(run({ oracle, constraints: ['eror < 3'] })).rejects.toThrow(
      'reads "eror", which is no parameter and was not measured; got error. Did you mean "error"?',
    );
    const later = {
      ...oracle,
      measure: oracleOf((trial) => (trial > 1 ? { error: 1 } : { error: 1, eror: 1 })).measure,
    };
    const { trials } = await run({ oracle: later, constraints: ['eror < 3'] });
    expect(trials.map(({ state }) => state)).toEqual([
      'complete',
      'complete',
      'infeasible',
      'infeasible',
      'infeasible',
    ]);
  });

  it('an objective that is no number fails its trial and no more', async () => {
    const { trials } = await run({ oracle: oracleOf((trial) => (trial === 0 ? Number.NaN : trial)) });
    expect(trials.map(({ state }) => state)).toEqual(['failed', 'complete', 'complete', 'complete', 'complete']);
  });

  it('takes the directions of other tools, and refuses what is none', async () => {
    for (const store of [createMemoryStore(), openSqliteStore(newFile())]) {
      const objectives = [{ metric: 'error', direction: 'maximize' as never }];
      const { front } = await run({ oracle: oracleOf((trial) => trial), objectives, store });
      expect(front.map(({ values }) => values)).toEqual([[4]]);
      expect(store.read('s')?.definition.objectives).toEqual([{ metric: 'error', direction: 'max' }]);
      const wrong = [{ metric: 'error', direction: 'MAX' as never }];
      await expect(run({ oracle: oracleOf(() => 1), objectives: wrong, store })).rejects.toMatchObject({
        code: 'USAGE',
      });
      store.close();
    }
  });

  it('keeps 2000 characters of a message, as text that a database gives back', async () => {
    const store = openSqliteStore(newFile());
    const oracle = oracleOf(() => {
      throw new Error(`\ud800${'x'.repeat(1e7)}`);
    });
    const { trials } = await run({ oracle, store });
    expect(trials[0]?.failure?.message).toMatch(/^\ufffdx{1998}…$/);
    expect(store.read('s')?.finished).toEqual(trials);
    store.close();
  });
});

it('keeps parameters and metrics apart from the members that every object has', async () => {
  const names = ['__proto__', 'constructor', 'toString'];
  const strange = choiceSpace(Object.fromEntries(names.map((name) => [name, axis])));
  for (const store of [createMemoryStore(), openSqliteStore(newFile())]) {
    const objectives = [{ metric: 'hasOwnProperty', direction: 'min' } as const];
    const study = await createStudy(options({ space: strange, store, objectives, metrics: ['valueOf'] }));
    const [trial] = study.ask();
    expect(() => study.tell(0, { valueOf: 1 })).toThrow(/no number for "hasOwnProperty"/);
    study.tell(
      0,
      Object.fromEntries([
        ['hasOwnProperty', 1],
        ['__proto__', 2],
        ['valueOf', 3],
      ]),
    );
    study.close();
    const stored = store.read('s');
    expect(Object.keys(stored?.definition.space.parameters ?? {})).toEqual(names);
    expect(Object.keys(stored?.finished[0]?.configuration ?? {})).toEqual(names);
    expect(stored?.finished[0]?.configuration).toEqual(trial?.configuration);
    expect(Object.entries(stored?.finished[0]?.metrics ?? {})).toContainEqual(['__proto__', 2]);
    expect(stored?.finished).toEqual(study.trials);
    store.close();
  }
});

describe('a trial that ends the process', () => {
  const poisoned = (file: string, workers: number) => {
    const child = join(import.meta.dirname, 'poisoned-study.mjs');
    return spawnSync(process.execPath, [child, file, String(workers)], { encoding: 'utf8' });
  };
  it.each([1, 4])(
    'is given up after three attempts, with %d workers, and takes no other with it',
    (workers) => {
      const file = newFile();
      const runs = Array.from({ length: 4 }, () => poisoned(file, workers));
      expect(runs.map(({ status }) => status)).toEqual([7, 7, 7, 0]);
      expect(runs[3]?.stdout).toMatch(/^lost: the process ended each of the 3 times/m);
      using reader = readStudies(file);
      const { finished = [], open } = reader.read('s') ?? {};
      expect(finished).toHaveLength(12);
      expect(finished.flatMap(({ failure }) => failure?.kind ?? [])).toEqual(['lost']);
      expect(finished.find(({ failure }) => failure !== undefined)?.number).toBe(5);
      expect(open?.filter(({ attempts }) => attempts !== undefined)).toEqual([]);
    },
    60_000,
  );

  it('that was only stopped keeps its attempts', async () => {
    const store = createMemoryStore();
    for (let i = 0; i < 5; i++) {
      using study = await createStudy(options({ store, resume: true }));
      expect(study.ask()[0]?.number).toBe(0);
    }
    expect(store.read('s')?.open[0]?.attempts).toBeUndefined();
  });
});

it('needs no oracle: the caller measures, closes by leaving the block, and the next one goes on', async () => {
  const store = createMemoryStore();
  const asked: number[] = [];
  for (let session = 0; session < 3; session++) {
    using study = await createStudy(options({ store, resume: true, metrics: ['size'], constraints: ['size <= 8'] }));
    for (const { number } of study.ask(2)) {
      asked.push(number);
      study.tell(number, { error: 5 - number, size: number * 2 });
    }
    expect(study.best()?.number).toBe(Math.min(4, session * 2 + 1));
  }
  expect(asked).toEqual([0, 1, 2, 3, 4, 5]);
  expect(store.read('s')?.finished.map(({ state }) => state)).toEqual([...Array(5).fill('complete'), 'infeasible']);
});
