import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optunaStudy, readOptuna } from '../../src/interop/optuna.js';
import { isOptunaJournal, readOptunaJournal } from '../../src/interop/optuna-journal.js';
import type { OptunaStudy } from '../../src/interop/optuna-records.js';
import { storeForeignStudy } from '../../src/interop/store-study.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { readRecords } from '../../src/store/study-record.js';

/** Made by make.py beside it, with Optuna 5.0.0. */
const file = join(import.meta.dirname, '../assets/optuna/study.db');

it('reads what Optuna stored: ranges, values, failures, pruned trials, a condition', () => {
  const [mixed] = readOptuna(file, ['mixed']);
  expect(mixed?.space.parameters).toEqual([
    { name: 'learning_rate', type: 'float', min: 1e-5, max: 1, scale: 'log' },
    { name: 'width', type: 'integer', min: 8, max: 512, scale: 'log' },
    { name: 'depth', type: 'integer', min: 1, max: 9, step: 2 },
    { name: 'kind', type: 'categorical', choices: ['plain', 'norm', 'None'] },
    { name: 'decay', type: 'float', min: 0, max: 0.5, step: 0.05, when: expect.stringMatching(/^kind in \['/) },
  ]);
  expect(mixed?.notes).toEqual(['parameter "learning rate" is called learning_rate here']);
  const states = mixed?.trials.map(({ measurement }) =>
    measurement.state === 'failed' ? measurement.kind : measurement.state,
  );
  expect(states?.filter((state) => state === 'runtime')).toHaveLength(4);
  expect(states?.filter((state) => state === 'timeout')).toHaveLength(6);
  const [first] = mixed?.trials ?? [];
  expect(first?.measurement).toMatchObject({
    state: 'complete',
    metrics: { value: expect.any(Number), parameters: 157 },
  });
  expect(first?.configuration).toEqual({ learning_rate: 0.0012164941464151843, width: 157, depth: 1, kind: 'plain' });
  // Steps come as decimals, not as sums of them.
  const decays = mixed?.trials.flatMap(({ configuration }) => configuration['decay'] ?? []) ?? [];
  expect(decays.length).toBeGreaterThan(20);
  for (const decay of decays) expect(String(decay)).toMatch(/^0(\.\d\d?)?$/);
});

it('keeps it as a study of ours, with times, and leaves the file and its folder as they are', () => {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-optuna-'));
  const copy = join(folder, 'optuna.db');
  copyFileSync(file, copy);
  const studies = readOptuna(copy);
  expect(readdirSync(folder)).toEqual(['optuna.db']);
  expect(readFileSync(copy)).toEqual(readFileSync(file));
  expect(studies.map(({ name }) => name)).toEqual(['mixed', 'pair', 'smooth']);
  const db = join(folder, 'ours.db');
  using store = openSqliteStore(db);
  for (const study of studies)
    expect(storeForeignStudy(store, study)).toEqual({ stored: study.trials.length, repeats: 0 });
  expect(() => storeForeignStudy(store, studies[0]!)).toThrow(/already/);
  using reader = readRecords(db);
  const pair = reader.read('pair');
  expect(pair?.definition.objectives).toEqual([
    { metric: 'error', direction: 'min' },
    { metric: 'gain', direction: 'max' },
  ]);
  expect(pair?.finished.at(0)?.improvement).toBe(1);
  expect(pair?.times.get(5)?.finishedAt).toBeGreaterThan(pair?.times.get(5)?.startedAt ?? Infinity);
  expect(reader.list().find(({ name }) => name === 'smooth')?.best).toBeCloseTo(
    Math.max(...(reader.read('smooth')?.finished.map(({ values }) => values?.[0] ?? -Infinity) ?? [])),
  );
});

it('keeps a configuration that repeats once, the complete one', () => {
  const [study] = readOptuna(file, ['pair']);
  const [first] = study?.trials ?? [];
  if (study === undefined || first === undefined) throw new Error('nothing read');
  const failed = { ...first, measurement: { state: 'failed', kind: 'runtime', message: '' } as const };
  const store = createMemoryStore();
  expect(storeForeignStudy(store, { ...study, trials: [failed, first, first] })).toEqual({ stored: 1, repeats: 2 });
  expect(store.read('pair')?.finished[0]?.state).toBe('complete');
});

it('says what is no database of Optuna, and which studies there are', () => {
  expect(() => readOptuna(file, ['mixd'])).toThrow(/Did you mean "mixed"/);
  expect(() => readOptuna(join(import.meta.dirname, '../assets/study-schema-3.db'))).toThrow(/no database of Optuna/);
});

/** What Optuna itself says of a storage that make-storages.py made. */
interface Said {
  readonly name: string;
  readonly directions: readonly string[];
  readonly trials: readonly {
    readonly state: string;
    readonly values: readonly (number | string)[] | null;
    readonly params: { readonly [name: string]: unknown };
    readonly constraints: readonly number[] | null;
    readonly seconds: number | null;
  }[];
}
const asset = (name: string) => join(import.meta.dirname, '../assets/optuna', name);
const studiesOf = (name: string) =>
  name.endsWith('.db')
    ? readOptuna(asset(name))
    : readOptunaJournal(readFileSync(asset(name), 'utf8'), name, []).map(optunaStudy);

describe.each(['storage-2.10.db', 'storage-3.6.journal', 'storage-5.0.journal'])(
  'a storage of many kinds, %s',
  (name) => {
    const studies = studiesOf(name);

    it('is what Optuna says of it', () => {
      const said = JSON.parse(readFileSync(asset(`${name}.json`), 'utf8')) as readonly Said[];
      expect(studies.map((study) => study.name)).toEqual(['every "kind" é 漢', 'several', 'growing', 'empty', 'added']);
      for (const { name: own, directions, trials } of said) {
        const study = studies.find((one) => one.name === own)!;
        expect(study.objectives.map(({ direction }) => direction)).toEqual(
          directions.map((direction) => (direction === 'MAXIMIZE' ? 'max' : 'min')),
        );
        const metrics = study.objectives.map(({ metric }) => metric);
        const finished = trials.filter(({ state }) => !['RUNNING', 'WAITING'].includes(state));
        expect(study.trials).toHaveLength(finished.length);
        for (const [i, { state, values, params, constraints, seconds }] of finished.entries()) {
          const { configuration, measurement } = study.trials[i]!;
          const named = Object.entries(params).map(([key, value]) => [key.replace(' ', '_'), value ?? 'None']);
          expect(Object.keys(configuration).sort()).toEqual(named.map(([key]) => key).sort());
          for (const [key, value] of named as [string, unknown][]) {
            if (typeof value === 'number') expect(configuration[key]).toBeCloseTo(value, 12);
            else expect(configuration[key]).toBe(value);
          }
          const isBroken = constraints?.some((value) => value > 0) === true;
          expect(measurement.state).toBe(isBroken ? 'infeasible' : state === 'COMPLETE' ? 'complete' : 'failed');
          if (measurement.state === 'complete') {
            const own = metrics.map((metric) => measurement.metrics[metric]);
            expect(own.map((value) => (Number.isFinite(value) ? value : 'none'))).toEqual(
              values?.map((value) => (typeof value === 'number' ? value : 'none')),
            );
          }
          if (seconds !== null) expect(measurement.seconds).toBeCloseTo(seconds, 2);
        }
      }
    });

    it('becomes studies of ours, an infinite value a failed trial', () => {
      const store = createMemoryStore();
      for (const study of studies.filter(({ trials }) => trials.length > 0)) storeForeignStudy(store, study);
      expect(store.names()).toEqual(['added', 'every "kind" é 漢', 'growing', 'several']);
      const states = store.read('every "kind" é 漢')?.finished.map(({ state }) => state);
      expect([3, 8].map((i) => states?.[i])).toEqual(['failed', 'failed']);
    });
  },
);

it('takes a journal that is written to for what is whole in it, and names a line that is none', () => {
  const text = readFileSync(asset('storage-5.0.journal'), 'utf8');
  expect(isOptunaJournal(text)).toBe(true);
  const count = (own: string) => readOptunaJournal(own, 'j.log', ['added'])[0]?.trials.length;
  expect(count(text.slice(0, -5))).toBe(2);
  const lines = text.split('\n');
  lines[6] = '{"op_code":5,';
  expect(() => count(lines.join('\n'))).toThrow(/j\.log, line 7: /);
  expect(() => readOptunaJournal(text, 'j.log', ['adde'])).toThrow(/Did you mean "added"/);
});

it('says which choices it tells apart that are written alike', () => {
  const distribution = JSON.stringify({
    name: 'CategoricalDistribution',
    attributes: { choices: [null, 'None', 'a'] },
  });
  const trial = (stored: number): OptunaStudy['trials'][number] => ({
    ...{ state: 'COMPLETE', startedAt: null, finishedAt: stored, values: [stored], lastStep: undefined },
    parameters: [{ name: 'kind', stored, distribution }],
    ...{ userAttributes: new Map(), systemAttributes: new Map() },
  });
  const { space, trials, notes } = optunaStudy({
    ...{ name: 's', directions: ['min'], metricNames: [], fingerprint: {} },
    trials: [trial(0), trial(1), trial(2)],
  });
  expect(space).toMatchObject({ parameters: [{ name: 'kind', choices: ['None', 'None (1)', 'a'] }] });
  expect(trials.map(({ configuration }) => configuration.kind)).toEqual(['None', 'None (1)', 'a']);
  expect(notes).toEqual(['a choice of kind is written like another and stands as "None (1)"']);
});
