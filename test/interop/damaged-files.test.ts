import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optunaStudy } from '../../src/interop/optuna.js';
import { readOptunaJournal } from '../../src/interop/optuna-journal.js';
import { storeForeignStudy } from '../../src/interop/store-study.js';
import { readTuningProblem } from '../../src/interop/tuning-problem.js';
import { createTableOracle } from '../../src/oracles/table.js';
import { compileSpace } from '../../src/search-space/compile-space.js';
import { parseSpace } from '../../src/search-space/parse-space.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { JSON_WORDS, mutated, orFault } from '../mutate.js';

// Real files, changed at random: what reads them gives what it found or says what is wrong, and ends in any case.

const assets = new URL('../assets/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, assets));
const folder = mkdtempSync(join(tmpdir(), 'supersam-damaged-'));
const seed = 20_261_127;
const WORDS = [...JSON_WORDS, ' not ', ' in ', '**', '//', "'", 'range(', ';', '9'.repeat(30)];

const problems = (JSON.parse(`${read('kernel-tuner/public.json')}`) as { file: string; space: unknown }[])
  .filter(({ file }) => /gemm|hotspot|pnpoly|diff_evo/.test(file))
  .map(({ file, space }) => [file, JSON.stringify({ General: {}, ConfigurationSpace: space })] as const);

describe('a tuning problem (T1) that was damaged', () => {
  it.each(problems)(
    '%s is a space or refused',
    async (_, text) => {
      await fc.assert(
        fc.asyncProperty(mutated(Buffer.from(text), WORDS), async (bytes) => {
          const definition = await orFault(() => readTuningProblem(bytes.toString('utf8'), 't1.json'));
          if (definition !== undefined) await orFault(() => compileSpace(definition));
        }),
        { seed, numRuns: 150 },
      );
    },
    120_000,
  );
});

describe('a table that was damaged', () => {
  const space = parseSpace(
    JSON.stringify({
      name: 'kernel',
      parameters: [
        { name: 'x', type: 'ordinal', choices: [1, 2, 4] },
        { name: 'b', type: 'categorical', choices: [true, false] },
      ],
    }),
    'space.json',
  );
  const csv = 'x,b,time,state\n1,TRUE,1.5,complete\n2,false,"2,5",complete\n4,true,,failed\n1,false,3,complete\n';
  const cache = {
    tune_params_keys: ['x', 'b'],
    objective: 'time',
    cache: {
      '1,true': { x: 1, b: true, time: 1.5, compile_time: 10 },
      '2,false': { x: 2, b: false, time: 'RuntimeFailedConfig' },
    },
  };
  const t4 = {
    results: [
      {
        configuration: { x: 1, b: true },
        invalidity: 'correct',
        times: { runtimes: [1, 2] },
        measurements: [{ name: 'time', value: 2 }],
      },
      { configuration: { x: 2, b: true }, invalidity: 'compile' },
    ],
  };

  it.each([
    ['a CSV', 't.csv', csv],
    ['a cache', 'cache.json', JSON.stringify(cache)],
    ['results (T4)', 't4.json', JSON.stringify(t4)],
  ])(
    '%s measures or is refused',
    async (_, name, text) => {
      const compiled = compileSpace(space);
      const configurations = [...compiled.enumerate()];
      const path = join(folder, name);
      const context = { trial: 0, seed: 1, signal: new AbortController().signal };
      await fc.assert(
        fc.asyncProperty(mutated(Buffer.from(text), WORDS), async (bytes) => {
          writeFileSync(path, bytes);
          const oracle = await orFault(() => createTableOracle(path, compiled));
          for (const configuration of oracle === undefined ? [] : configurations) {
            const measured = await orFault(() => oracle?.measure(configuration, context));
            if (measured?.state !== 'complete') continue;
            for (const value of Object.values(measured.metrics)) expect(typeof value).toBe('number');
          }
        }),
        { seed, numRuns: 300 },
      );
    },
    120_000,
  );
});

describe('a space file that was damaged', () => {
  it('is a space or refused', async () => {
    const text = read('small-space.json');
    await fc.assert(
      fc.asyncProperty(mutated(text, WORDS), async (bytes) => {
        const definition = await orFault(() => parseSpace(bytes.toString('utf8'), 'space.json'));
        if (definition !== undefined) await orFault(() => compileSpace(definition));
      }),
      { seed, numRuns: 300 },
    );
  }, 120_000);
});

describe('a journal of Optuna that was damaged', () => {
  it.each(['storage-3.6.journal', 'storage-5.0.journal'])(
    '%s gives studies that can be stored, or is refused',
    async (name) => {
      const whole = read(`optuna/${name}`);
      const before = readOptunaJournal(whole.toString('utf8'), name, []).length;
      let found = 0;
      await fc.assert(
        fc.asyncProperty(mutated(whole, WORDS), async (bytes) => {
          await orFault(() => {
            const studies = readOptunaJournal(bytes.toString('utf8'), name, []).map(optunaStudy);
            found++;
            expect(studies.length).toBeLessThanOrEqual(before + 1);
            const store = createMemoryStore();
            for (const study of studies) {
              for (const { measurement } of study.trials) {
                if (measurement.state !== 'complete') continue;
                for (const value of Object.values(measurement.metrics)) expect(typeof value).toBe('number');
              }
              if (study.trials.length > 0) storeForeignStudy(store, study);
            }
          });
        }),
        { seed, numRuns: 300 },
      );
      // A change within a text is read; were nothing read, nothing would have been looked at.
      expect(found).toBeGreaterThan(20);
    },
    120_000,
  );
});
