import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCsv, writeCsv } from '../../src/base/csv.js';
import type { Oracle } from '../../src/core/oracle.js';
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
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 })),
      fc.constantFrom('\n', '\r\n'),
      (rows, end) => {
        const text = writeCsv(rows).replaceAll(/("(?:[^"]|"")*")|\n/g, (_, quoted) => quoted ?? end);
        expect([...readCsv(text)]).toEqual(rows);
        expect([...readCsv(`\uFEFF${text}`)]).toEqual(rows);
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
  await expect(json({ some: { other: 1 } })).rejects.toThrow(/no known format/);
  await expect(json({ some: 1 })).rejects.toThrow(/has no column "depth"/);
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

const measured = async (oracle: Oracle, of: SearchSpace) => {
  const found = [...of.enumerate()].map((configuration) => oracle.measure(configuration, context));
  return (await Promise.all(found)).map((own) => (own.state === 'complete' ? own.metrics['error'] : own.state));
};

it('matches cells by value and not by spelling', async () => {
  const gates = spaceBuilder('c').integer('x', 0, 2).categorical('pad', [true, false]).compile();
  const spelled = 'x,pad,error\n0,TRUE,1.5\n1,true,1.2\n2,TRUE,1.0\n0,FALSE,2.5\n1,False,2.2\n2,0,4\n';
  const truths = await createTableOracle(file(spelled), gates);
  expect(await measured(truths, gates)).toEqual([1.5, 2.5, 1.2, 2.2, 1, 4]);
  expect(truths.notes).toEqual([]);

  const rates = spaceBuilder('lr').ordinal('lr', [0.1, 0.2, 0.3]).categorical('n', [100, 200]).compile();
  const rounded = '0.1,100,3\n1e-1,200.0,3\n0.2,1e2,2\n+0.2,200,2\n0.30000000000000004,100,0.1\n0.3,200,1\n';
  const sums = await createTableOracle(file(`lr,n,error\n${rounded}`), rates);
  expect(await measured(sums, rates)).toEqual([3, 3, 2, 2, 0.1, 1]);

  const texts = spaceBuilder('t').categorical('version', ['', '1.1', '1.10', 'true']).compile();
  const written = await createTableOracle(file('version,error\n,1\n1.1,2\n1.10,3\ntrue,4\nTRUE,5\n'), texts);
  expect(await measured(written, texts)).toEqual([1, 2, 3, 4]);
  expect(written.notes).toEqual([expect.stringMatching(/^1 of 5 rows .* row 6: "version" cannot be "TRUE"$/)]);

  const twins = spaceBuilder('w').categorical('x', [1, '1']).compile();
  await expect(createTableOracle(file('x,error\n1,2\n'), twins)).rejects.toThrow(
    /cannot tell the choices 1 and "1" of x/,
  );
});

it('reads numbers however they are spelled: every value of a space is found again', async () => {
  const spellings = [
    (value: number) => String(value),
    (value: number) => value.toExponential(),
    (value: number) => (value + 0.1 - 0.1).toString(),
    (value: number) => ` ${value} `,
  ];
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((number) => Number(number.toPrecision(6)));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(value, { minLength: 1, maxLength: 8 }), fc.nat(3), async (choices, how) => {
      const values = choices.map((choice) => choice + 0).filter((choice) => choice === 0 || Math.abs(choice) > 1e-3);
      fc.pre(values.length > 0 && new Set(values).size === values.length);
      const of = choiceSpace({ x: values });
      const rows = values.map((choice, i) => `${spellings[how]!(choice)},${i}\n`).join('');
      expect(await measured(await createTableOracle(file(`x,error\n${rows}`), of), of)).toEqual([...values.keys()]);
    }),
    { seed: 1, numRuns: 60 },
  );
});

it('finds by numbers what it finds by texts, whatever the rows hold', async () => {
  const of = spaceBuilder('s').boolean('gate').ordinal('tile', [1, 2, 4, 'auto', '']).integer('depth', -1, 2).compile();
  const { definition: _, ...unsaid } = of;
  const cell = fc.constantFrom('', 'true', 'False', '1', '2', '2.0', '4', 'auto', '-1', '0', '-0', '7', ' 2 ', 'x');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 40 }), async (rows) => {
      const path = file(writeCsv([['gate', 'tile', 'depth', 'error'], ...rows.map((row, i) => [...row, i])]));
      const found = async (space: SearchSpace) => {
        try {
          const oracle = await createTableOracle(path, space);
          const all = await Promise.all([...of.enumerate()].map((each) => oracle.measure(each, context)));
          return { notes: oracle.notes, all };
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(await found(of)).toEqual(await found(unsaid));
    }),
    { seed: 1, numRuns: 200 },
  );
});

it('reads plain cells as it reads quoted ones: the same values, counts and refusals', async () => {
  const of = spaceBuilder('s').ordinal('rate', [0.5, 2, 10]).integer('depth', 0, 3).compile();
  const key = fc.constantFrom('0.5', '.5', '2', '2.0', '02', '10', '1e1', '0', '1', '3', '03', ' 1', '7', '', 'x');
  const metric = fc.oneof(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }).map(String),
    fc.constantFrom(
      '',
      '1',
      '-0',
      '.5',
      '5.',
      '1e3',
      'Infinity',
      '0x10',
      ' 4',
      '1,5',
      '-',
      '.',
      'fast',
      '123456789012345678',
    ),
  );
  const states = fc.constantFrom('complete', 'complete', 'complete', 'failed', 'infeasible', ' timeout ', 'odd');
  const row = fc.tuple(key, key, metric, states, metric, fc.constantFrom([], [], [''], ['', 'more']));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(',', ';'),
      async (rows, separator) => {
        const cells = [
          ['rate', 'depth', 'error', 'state', 'measure_seconds'],
          ...rows.map(([rate, depth, error, state, seconds, more]) => [rate, depth, error, state, seconds, ...more]),
        ];
        const found = async (write: (cell: string) => string) => {
          const path = file(cells.map((line) => line.map(write).join(separator)).join('\n'));
          try {
            const oracle = await createTableOracle(path, of, { metrics: ['error'] });
            const all = await Promise.all([...of.enumerate()].map((each) => oracle.measure(each, context)));
            return { metrics: oracle.metrics, notes: oracle.notes?.map((note) => note.replaceAll(path, '')), all };
          } catch (error) {
            return (error as Error).message.replaceAll(path, '');
          }
        };
        const quoted = (cell: string) => `"${cell}"`;
        const plain = await found((cell) => (cell.includes(separator) ? quoted(cell) : cell));
        expect(plain).toEqual(await found(quoted));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

it('knows configurations without the parameters that are switched off', async () => {
  const of = spaceBuilder('s').boolean('cache').integer('ways', 1, 3, { when: 'cache' }).compile();
  const oracle = await createTableOracle(file('cache,ways,error\nfalse,,5\ntrue,2,7\nfalse,3,9\n'), of);
  expect(await oracle.measure({ cache: false }, context)).toEqual({ state: 'complete', metrics: { error: 5 } });
  expect(await oracle.measure({ cache: true, ways: 2 }, context)).toEqual({ state: 'complete', metrics: { error: 7 } });
  expect(oracle.notes).toHaveLength(1);
});

it('reads semicolons, tabs, decimal commas and byte order marks', async () => {
  const of = spaceBuilder('s').ordinal('x', [0.5, 1.5]).categorical('y', ['a;b', 'c']).compile();
  for (const [separator, number] of [
    [';', (text: string) => text.replaceAll('.', ',')],
    ['\t', (text: string) => text.replaceAll('.', ',')],
    [',', (text: string) => text],
  ] as const) {
    const rows = ['0.5,"a;b",1.5', '0.5,c,2', '1.5,"a;b",3.25', '1.5,c,-4.5e1'];
    const text = rows.map((row) => number(row.replaceAll(',', '\0')).replaceAll('\0', separator)).join('\r\n');
    const marked = `\uFEFF"x"${separator}"y"${separator}"error"\r\n${text}`;
    expect(await measured(await createTableOracle(file(marked), of), of)).toEqual([1.5, 2, 3.25, -45]);
    const utf16 = file('');
    writeFileSync(utf16, Buffer.from(marked, 'utf16le'));
    expect(await measured(await createTableOracle(utf16, of), of)).toEqual([1.5, 2, 3.25, -45]);
  }
});

it('reads what gzip packed whatever its name, a line that says the separator, and lines of old Macs', async () => {
  const of = choiceSpace({ x: [0, 1] });
  const text = 'x,error\n0,2\n1,3\n';
  const packed = file('');
  writeFileSync(packed, gzipSync(text));
  const plain = `${packed}.gz`;
  writeFileSync(plain, text);
  const others = [
    file(`sep=;\r\n${text.replaceAll(',', ';')}`),
    file(`SEP=,\n${text}`),
    file(text.replaceAll('\n', '\r')),
  ];
  for (const path of [packed, plain, ...others]) {
    expect(await measured(await createTableOracle(path, of), of), path).toEqual([2, 3]);
  }
});

it('says in which rows a metric that is searched has no number, and takes no column without a name for one', async () => {
  const of = choiceSpace({ x: [0, 1, 2] });
  const rows = [',x,error', '0,0,OOM', '1,1,7', '2,2,NA'].join('\n');
  const oracle = await createTableOracle(file(rows), of, { metrics: ['error'] });
  expect(oracle.metrics).toEqual(['error']);
  expect(oracle.notes?.[0]).toMatch(/^2 of 3 rows of .* are failures: column "error", row 2: "OOM" is no number$/);
});

it('names what is no text of a table', async () => {
  const of = choiceSpace({ x: [0, 1] });
  const bytes = (content: Buffer) => {
    const path = file('');
    writeFileSync(path, content);
    return path;
  };
  for (const [content, words] of [
    [Buffer.from('x,größe\n0,1\n', 'latin1'), /is in another encoding than UTF-8/],
    [Buffer.from('x,error\n0,1\n', 'utf16le'), /holds NUL characters, as UTF-16 does/],
    [Buffer.from('{"x": 0, "error": 1}\n{"x": 1, "err'), /line 2 is not JSON/],
  ] as const) {
    await expect(createTableOracle(bytes(content), of)).rejects.toThrow(words);
  }
  await expect(createTableOracle(file('x error\n0 1\n'), of)).rejects.toMatchObject({
    remedy: 'separate columns by commas, semicolons, tabs or bars; its columns: x error',
  });
});

it('names what is no text', async () => {
  const of = choiceSpace({ x: [0, 1] });
  for (const [start, what] of [
    ['PK\x03\x04', /is an Excel workbook or another zip archive$/],
    ['PAR1', /is a Parquet file$/],
    ['SQLite format 3\0', /is a SQLite database$/],
    [`${'\0'.repeat(8)}DUCK`, /is a DuckDB database$/],
    ['FEA1', /is a Feather file$/],
    ['ORC', /is an ORC file$/],
    ['Obj\x01', /is an Avro file$/],
    ['<stata_dta>', /is Stata's$/],
    ['$FL2', /is SPSS's$/],
    ['MATLAB 5.0 MAT-file', /is MATLAB's$/],
    [`x,error${'\0'.repeat(2)}1,2,3,4,5,6,7,8`, /is no text, but holds NUL characters$/],
  ] as const) {
    await expect(createTableOracle(file(`${start}\x01\x02`), of)).rejects.toThrow(what);
  }
});

it('refuses two columns of one name that count, and rows whose cells are moved', async () => {
  const of = choiceSpace({ x: [0, 1] });
  const table = (text: string) => createTableOracle(file(text), of, { metrics: ['error'] });
  await expect(table('x,error,error\n0,1,2\n1,3,4\n')).rejects.toThrow(/two columns "error"$/);
  await expect(table('x,error,x\n0,1,1\n1,3,0\n')).rejects.toThrow(/two columns "x"$/);
  await expect(table('x,error\n0,1,5\n1,2,5\n')).rejects.toThrow(/row 2 has 3 cells, its header names 2 columns$/);
  // Remarks count for nothing, and neither do separators at the end.
  const remarks = await table('x,error,why,why\n0,1,a,b,,\n1,3,,,\n');
  expect(await measured(remarks, of)).toEqual([1, 3]);
});

it('names a cell that is no number where one is needed', async () => {
  const of = choiceSpace({ x: [0, 1, 2] });
  const table = (text: string) => createTableOracle(file(text), of, { metrics: ['error'] });
  await expect(table('x,error\n0,"1,5"\n1,"1,2"\n')).rejects.toMatchObject({
    message: expect.stringMatching(/column "error", row 2: "1,5" is no number$/),
    remedy: expect.stringMatching(/decimal point/),
  });
  await expect(table('x,error\n0,2\n1,"1,2"\n')).rejects.toThrow(/row 3: "1,2" is no number/);
  await expect(table('x,error\n0,fast\n')).rejects.toThrow(/row 2: "fast" is no number/);
  expect(await measured(await table('x,error,label\n0,2,"1,5"\n1,,"2,5"\n'), of)).toEqual([2, undefined, 'infeasible']);
});

it('says how many rows count for nothing, and why', async () => {
  const of = spaceBuilder('s').integer('x', 0, 1).compile();
  const oracle = await createTableOracle(file('x,error\n0,1\n7,2\n0,3\n8,4\n1,5\n'), of);
  expect(oracle.notes).toEqual([
    expect.stringMatching(/^2 of 5 rows of .* lie outside the space, the first in row 3: "x" cannot be 7$/),
    expect.stringMatching(/^1 of 5 rows of .* repeat a configuration; the first counts$/),
  ]);
  expect([...oracle.enumerate!(of)]).toEqual([
    [{ x: 0 }, { state: 'complete', metrics: { error: 1 } }],
    [{ x: 1 }, { state: 'complete', metrics: { error: 5 } }],
  ]);
});

const kernelTuner = (name: string) => new URL(`../assets/kernel-tuner/${name}.json`, import.meta.url).pathname;
const blocks = choiceSpace({ bx: [16, 32], by: [1, 2] });
const states = async (path: string) => {
  const oracle = await createTableOracle(path, blocks);
  const found = [...blocks.enumerate()].map((configuration) => oracle.measure(configuration, context));
  return (await Promise.all(found)).map((own) => (own.state === 'failed' ? own.kind : own.state));
};

it('reads the cache of a tuner that runs, or was killed while it wrote', async () => {
  const expected = ['complete', 'complete', 'infeasible', 'infeasible'];
  expect(await states(kernelTuner('open-cache'))).toEqual(expected);
  const text = readFileSync(kernelTuner('open-cache'), 'utf8').trimEnd();
  const last = '\n"32,1": {"bx": 32, "by": 1, "time": 2.5, "times": [2.4, 2.6], "nested": {"a": 1}, "compile_time": 9';
  for (let cut = 0; cut <= last.length; cut += 7) {
    const path = file('').replace('.csv', '.json');
    writeFileSync(path, text + last.slice(0, cut));
    expect(await states(path)).toEqual(expected);
  }
});

it('reads failed results of every kind', async () => {
  expect(await states(kernelTuner('failed-t4'))).toEqual(['complete', 'complete', 'build', 'infeasible']);
  const cache = (...values: readonly string[]) => {
    const path = file('').replace('.csv', '.json');
    const entries = [...blocks.enumerate()].map(
      ({ bx, by }, i) => `"${bx},${by}": {"bx": ${bx}, "by": ${by}, "time": ${values[i]}}`,
    );
    writeFileSync(path, `{"tune_params_keys": ["bx", "by"], "objective": "time", "cache": {${entries.join(',')}}}`);
    return path;
  };
  expect(await states(cache('"InvalidConfig"', '"CompilationFailedConfig"', '"RuntimeFailedConfig"', '1e20'))).toEqual([
    'infeasible',
    'build',
    'runtime',
    'runtime',
  ]);
  expect(await states(cache('"TimeoutConfig"', '"CorrectnessError"', '1', '"SomethingNewConfig"'))).toEqual([
    'timeout',
    'correctness',
    'complete',
    'runtime',
  ]);
  const path = cache('NaN', 'Infinity', '1', '2');
  const oracle = await createTableOracle(path, blocks);
  expect(await oracle.measure({ bx: 16, by: 1 }, context)).toEqual({ state: 'complete', seconds: 0, metrics: {} });
});

it('counts the same time for the cache and the T4 file of one run', async () => {
  for (const [by, seconds] of [
    [1, 1.12],
    [2, 0.942],
  ] as const) {
    for (const name of ['cache', 't4']) {
      const oracle = await createTableOracle(kernelTuner(name), blocks);
      expect((await oracle.measure({ bx: 16, by }, context)).seconds).toBeCloseTo(seconds, 9);
    }
  }
});

it('reads records however they are kept, as it reads a CSV of them', async () => {
  const cell = fc.oneof(fc.constantFrom(0, 1, 2, 3), fc.constantFrom('0', '1.0', ' 2', '3e0'));
  const record = fc.record({ depth: cell, width: fc.constantFrom(256, 512, 1024), error: fc.integer() });
  const columns = ['depth', 'width', 'error'] as const;
  const ways: readonly ((records: readonly { readonly [name: string]: unknown }[]) => string)[] = [
    (records) => JSON.stringify(records),
    (records) => `\uFEFF${JSON.stringify(records, null, 2)}`,
    (records) => records.map((one) => `${JSON.stringify(one)}\n`).join(''),
    (records) => JSON.stringify(records.map(({ error, ...configuration }) => ({ configuration, metrics: { error } }))),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 2, maxLength: 8 }),
      fc.constantFrom(...ways),
      async (records, write) => {
        const csv = writeCsv([columns, ...records.map((one) => columns.map((name) => one[name]))]);
        const [one, other] = await Promise.all(
          [csv, write(records)].map(async (text) => {
            const oracle = await createTableOracle(file(text), space, { metrics: ['error'] });
            return [...space.enumerate()].map((configuration) => oracle.measure(configuration, context));
          }),
        );
        expect(await Promise.all(other ?? [])).toEqual(await Promise.all(one ?? []));
      },
    ),
    { seed: 20_261_128, numRuns: 100 },
  );
});

it.each(['yes,no', 'Y,N', 'on,off', 'T,F', '.TRUE.,.FALSE.', 'True,False'])(
  'reads %s as true and false',
  async (words) => {
    const [yes, no] = words.split(',');
    const of = spaceBuilder('b').boolean('b').compile();
    const oracle = await createTableOracle(file(`b,error\n${yes},1\n${no},2\n`), of);
    expect(await oracle.measure({ b: true }, context)).toMatchObject({ metrics: { error: 1 } });
    expect(await oracle.measure({ b: false }, context)).toMatchObject({ metrics: { error: 2 } });
    // They are texts where the choices are.
    const choices = spaceBuilder('t')
      .categorical('b', [yes ?? '', no ?? ''])
      .compile();
    const texts = await createTableOracle(file(`b,error\n${yes},1\n${no},2\n`), choices);
    expect(await texts.measure({ b: no ?? '' }, context)).toMatchObject({ metrics: { error: 2 } });
  },
);

it("reads the tables of other tuners: Optuna's names and states", async () => {
  const of = choiceSpace({ x: [0, 1, 2, 3] });
  const oracle = await createTableOracle(
    file('number,value,params_x,state\n0,5,0,COMPLETE\n1,,1,FAIL\n2,7,2,PRUNED\n3,,3,RUNNING\n'),
    of,
    { metrics: ['value'] },
  );
  expect(await oracle.measure({ x: 0 }, context)).toMatchObject({ metrics: { value: 5 } });
  expect(await oracle.measure({ x: 1 }, context)).toMatchObject({ state: 'failed' });
  expect(await oracle.measure({ x: 2 }, context)).toMatchObject({ state: 'infeasible', message: 'not in the table' });
  expect(oracle.notes).toEqual([
    expect.stringMatching(/its column "params_x" is read as "x"$/),
    expect.stringMatching(/^2 of 4 rows of .* were not measured to the end$/),
  ]);
  await expect(createTableOracle(file('params_x,config.x,e\n0,1,2\n'), of)).rejects.toThrow(/no column "x"/);
});

const pandas = JSON.parse(readFileSync(join(import.meta.dirname, '../assets/pandas-frames.json'), 'utf8')) as {
  readonly frames: readonly { readonly name: string; readonly csv: string; readonly json: string }[];
  readonly undecided: readonly string[];
  readonly nameless: string;
};

it.each(pandas.frames)('reads what pandas wrote ($name) as the CSV of the same frame', async ({ csv, json }) => {
  const [one, other] = await Promise.all(
    [csv, json].map(async (text) => {
      const oracle = await createTableOracle(file(text), space, { metrics: ['error'] });
      return Promise.all([...space.enumerate()].map((configuration) => oracle.measure(configuration, context)));
    }),
  );
  expect(one?.filter(({ state }) => state === 'complete').length).toBeGreaterThan(1);
  expect(other).toEqual(one);
});

it('says where rows and columns of a frame cannot be told apart, and what lacks names or cells', async () => {
  const table = (text: string) => createTableOracle(file(text), space);
  for (const text of pandas.undecided)
    await expect(table(text)).rejects.toThrow(/table .*csv: its rows and its columns/);
  await expect(table(`{"depth": [1, 2], "width": [256], "error": [1, 2]}`)).rejects.toThrow(
    /"depth" and "width" have not as many rows/,
  );
  await expect(table(`{"columns": ["depth", "width", "error"], "data": [[1, 256, 2], [1]]}`)).rejects.toThrow(
    /row 2 has not 3 cells/,
  );
  await expect(table(pandas.nameless)).rejects.toThrow(/has no known format/);
});
