import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCsv } from '../../src/base/csv.js';
import type { Configuration, SearchSpace } from '../../src/core/space.js';
import { createTableOracle } from '../../src/oracles/table.js';
import { space as spaceBuilder } from '../../src/search-space/space-builder.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const context = { trial: 0, seed: 1, signal: new AbortController().signal };
const space = choiceSpace({ depth: [0, 1, 2, 3], width: [256, 512, 1024] });
const file = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'table.csv');
  writeFileSync(path, text);
  return path;
};

it('looks up what was recorded; the unknown is infeasible', async () => {
  const oracle = await createTableOracle(
    file(
      'error,width,depth,label,state\n7.5,256,0,"a, b",complete\n,512,0,x,infeasible\n,512,1,x,failed\n1,999,1,x,complete\n',
    ),
    space,
  );
  expect(oracle.metrics).toEqual(['error']);
  const measure = (depth: number, width: number) => oracle.measure({ depth, width }, context);
  expect(await measure(0, 256)).toEqual({ state: 'complete', metrics: { error: 7.5 } });
  expect(await measure(0, 512)).toEqual({ state: 'infeasible' });
  expect(await measure(1, 512)).toMatchObject({ state: 'failed' });
  expect(await measure(3, 1024)).toMatchObject({ state: 'infeasible' });
});

it('names what is wrong with a table', async () => {
  const table = (text: string, of: SearchSpace = space) => createTableOracle(file(text), of);
  await expect(table('depth,error\n0,1\n')).rejects.toThrow(/no column "width"/);
  await expect(table('depth,width,error\n7,7,1\n')).rejects.toThrow(/no row/);
  await expect(table('depth,width,error,state\n0,256,1,odd\n')).rejects.toThrow(/csv:2: unknown state "odd"/);
  await expect(table('depth,width,error\n0,25"6,1\n')).rejects.toThrow(/not a CSV/);
  await expect(createTableOracle('/nowhere.csv', space)).rejects.toMatchObject({ code: 'DATA_TABLE' });
});

it('reads back every CSV', () => {
  const cell = fc.string().map((text) => text.replaceAll('\r', ''));
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 })),
      fc.constantFrom('\n', '\r\n'),
      (rows, end) => {
        const text = rows.map((row) => `${row.map(quote).join(',')}${end}`).join('');
        expect([...readCsv(text)]).toEqual(rows);
      },
    ),
  );
});

const cacheFile = {
  tune_params_keys: ['depth', 'width'],
  objective: 'time',
  cache: {
    '0,256': { depth: 0, width: 256, time: 3.5, times: [3, 4], compile_time: 900, benchmark_time: 100, 'GFLOP/s': 19 },
    '0,512': { depth: 0, width: 512, time: 'CompilationFailedConfig', compile_time: 50 },
    '1,512': { depth: 1, width: 512, time: 'RuntimeFailedConfig' },
    '1,256': { depth: 1, width: 256, time: 'InvalidConfig' },
    '9,256': { depth: 9, width: 256, time: 1 },
  },
};
const result = (depth: number, width: number, invalidity: string, value: unknown) => ({
  configuration: { depth, width },
  times: { compilation: 900, framework: 50, runtimes: [20, 30] },
  invalidity,
  measurements: [{ name: 'time', value, unit: '' }],
});
const t4 = {
  schema_version: '1.0.0',
  metadata: { timeunit: 'miliseconds' },
  results: [
    result(0, 256, 'correct', 3.5),
    result(0, 512, 'compile', 'CompilationFailedConfig'),
    result(1, 512, 'runtime', 'RuntimeFailedConfig'),
    result(1, 256, 'constraints', 'InvalidConfig'),
    result(1, 1024, 'timeout', 'TimeoutConfig'),
  ],
};

it.each([
  ['cache file', '.json', cacheFile, ['time', 'GFLOP/s']],
  ['T4', '.json.gz', t4, ['time']],
])('reads Kernel Tuner results: %s', async (_, extension, json, expected) => {
  const path = join(mkdtempSync(join(tmpdir(), 'supersam-')), `table${extension}`);
  const text = JSON.stringify(json);
  writeFileSync(path, extension.endsWith('.gz') ? gzipSync(text) : text);
  const oracle = await createTableOracle(path, space);
  expect(oracle.metrics.filter((metric) => !metric.endsWith('_time'))).toEqual(expected);
  const measure = (depth: number, width: number) => oracle.measure({ depth, width }, context);
  expect(await measure(0, 256)).toMatchObject({ state: 'complete', seconds: 1, metrics: { time: 3.5 } });
  expect(await measure(0, 512)).toMatchObject({ state: 'failed', kind: 'build' });
  expect(await measure(1, 512)).toMatchObject({ state: 'failed', kind: 'runtime' });
  expect(await measure(1, 256)).toMatchObject({ state: 'infeasible' });
  expect(await measure(3, 256)).toMatchObject({ state: 'infeasible', message: 'not in the table' });
});

it('says what a JSON file is when it is no table', async () => {
  const json = (value: unknown) => {
    const path = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'table.json');
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return createTableOracle(path, space);
  };
  await expect(json('{')).rejects.toThrow(/not JSON/);
  await expect(json({ some: 1 })).rejects.toThrow(/no known format/);
  await expect(json({ ConfigurationSpace: {} })).rejects.toThrow(/holds no results/);
});

it('reads numbers, booleans and lists however they are spelled, and what measuring took', async () => {
  const mixed = spaceBuilder('s').boolean('gate').integer('n', 1, 3).permutation('order', ['a', 'b']).compile();
  const oracle = await createTableOracle(
    file(
      'n,gate,order,x,measure_seconds,state\n2.0,1,"[""b"",""a""]",4,1.5,complete\n3,False,"[""a"",""b""]",,0.5,timeout\n',
    ),
    mixed,
  );
  expect(oracle.metrics).toEqual(['x']);
  const measure = (configuration: Configuration) => oracle.measure(configuration, context);
  expect(await measure({ gate: true, n: 2, order: ['b', 'a'] })).toEqual({
    state: 'complete',
    metrics: { x: 4 },
    seconds: 1.5,
  });
  expect(await measure({ gate: false, n: 3, order: ['a', 'b'] })).toMatchObject({ kind: 'timeout', seconds: 0.5 });
});
