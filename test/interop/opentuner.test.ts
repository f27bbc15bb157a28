import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOpenTuner } from '../../src/interop/opentuner.js';
import { readPlainPickle } from '../../src/interop/plain-pickle.js';
import { storeForeignStudy } from '../../src/interop/store-study.js';
import { createMemoryStore } from '../../src/store/memory.js';

/** Made by make.py beside it: a run of OpenTuner 0.8.8, and what Python reads in it. */
const assets = join(import.meta.dirname, '../assets/opentuner');
const python = JSON.parse(readFileSync(join(assets, 'trials.json'), 'utf8')) as {
  readonly trials: readonly {
    readonly data: { readonly [name: string]: unknown };
    readonly state: string;
    readonly time: number | null;
  }[];
  readonly value: unknown;
  readonly pickles: { readonly [protocol: string]: string };
};

describe('plain pickles', () => {
  it.each(Object.entries(python.pickles))('of protocol %s are read as Python wrote them', (_, hex) => {
    expect(readPlainPickle(Buffer.from(hex, 'hex'))).toEqual(python.value);
  });

  it('that would call something are refused, and damaged ones end in an error', () => {
    // os.system('true'), as pickle.dumps writes it by protocol 4.
    const call = '8004951f000000000000008c05706f736978948c0673797374656d9493948c04747275659485945294 2e'.replace(
      ' ',
      '',
    );
    expect(() => readPlainPickle(Buffer.from(call, 'hex'))).toThrow(/more than plain data/);
    const good = Buffer.from(python.pickles['4'] ?? '', 'hex');
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (place, byte, length) => {
        const damaged = Buffer.from(good);
        damaged[place] = byte;
        try {
          readPlainPickle(damaged.subarray(0, length));
        } catch (error) {
          expect(error instanceof SyntaxError || error instanceof TypeError).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

it('reads what OpenTuner stored as Python does: configurations, results, who asked for them', () => {
  const [run] = readOpenTuner(join(assets, 'study.db'));
  expect(run).toMatchObject({ name: 'demo', objectives: [{ metric: 'time', direction: 'min' }] });
  expect(run?.trials).toHaveLength(python.trials.length);
  for (const [i, { data, state, time }] of python.trials.entries()) {
    const { configuration, measurement, technique } = run?.trials[i] ?? {};
    const { 'unroll-loops': unrolled, order, ...rest } = data;
    expect(configuration).toEqual({ ...rest, unroll_loops: unrolled, order: JSON.stringify(order) });
    if (state === 'OK') expect(measurement).toMatchObject({ state: 'complete', metrics: { time } });
    else expect(measurement).toMatchObject({ state: 'failed', kind: 'runtime', message: state });
    expect(technique).toMatch(/^\w+$/);
  }
  expect(run?.space.parameters.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
    'block integer',
    'kind categorical',
    'order categorical',
    'rate float',
    'unroll_loops boolean',
  ]);
});

it('keeps it as a study, and says which runs there are', () => {
  const store = createMemoryStore();
  for (const run of readOpenTuner(join(assets, 'study.db'))) storeForeignStudy(store, run);
  const best = Math.min(...python.trials.map(({ time }) => time ?? Infinity));
  const found = store.read('demo')?.finished.map(({ values }) => values?.[0] ?? Infinity) ?? [];
  expect(Math.min(...found)).toBe(best);
  expect(() => readOpenTuner(join(assets, 'study.db'), ['dem'])).toThrow(/Did you mean "demo"/);
});
