import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../src/core/space.js';
import { parseKernelTuner, readKernelTuner } from '../../src/interop/kernel-tuner.js';
import { readKernelTunerStudy } from '../../src/interop/kernel-tuner-study.js';
import { listedCondition } from '../../src/interop/listed-condition.js';
import { evaluatePython, type PythonValue } from '../../src/interop/python.js';
import { translatePython } from '../../src/interop/translate-python.js';
import { readTuningProblem } from '../../src/interop/tuning-problem.js';
import { compileSpace } from '../../src/search-space/compile-space.js';
import { compileExpression } from '../../src/search-space/expression.js';

const fail = (reason: string): never => {
  throw new Error(reason);
};
const problem = (values: unknown, ...expressions: string[]) =>
  JSON.stringify({
    General: { BenchmarkName: 'conv' },
    ConfigurationSpace: {
      TuningParameters: [
        { Name: 'x', Type: 'int', Values: '[16, 1, 4, 2]', Default: 1 },
        { Name: 'y', Type: 'int', Values: [1, 2, 3], Default: 1 },
        { Name: 'op', Type: 'string', Values: values, Default: 'a' },
      ],
      Conditions: expressions.map((Expression) => ({ Expression, Parameters: ['x', 'y'] })),
    },
    KernelSpecification: {},
  });

it('reads the parameters and conditions of a T1 file', () => {
  const definition = readTuningProblem(problem("['a', 'b']", '2 <= x * y <= 16', "op == 'a' or x > 4"), 't1.json')!;
  expect(definition).toEqual({
    name: 'conv',
    parameters: [
      { name: 'x', type: 'ordinal', choices: [1, 2, 4, 16] },
      { name: 'y', type: 'ordinal', choices: [1, 2, 3] },
      { name: 'op', type: 'categorical', choices: ['a', 'b'] },
    ],
    constraints: ['((2 <= x * y) && (x * y <= 16))', "op == 'a' || x > 4"],
  });
  const legal = [1, 2, 4, 16].flatMap((x) =>
    [1, 2, 3].flatMap((y) =>
      ['a', 'b'].filter((op) => 2 <= x * y && x * y <= 16 && (op === 'a' || x > 4)).map((op) => ({ x, y, op })),
    ),
  );
  expect([...compileSpace(definition).enumerate()]).toEqual(expect.arrayContaining(legal as Configuration[]));
  expect(compileSpace(definition).size()).toBe(BigInt(legal.length));
});

it('leaves other files alone and refuses what it cannot take over, by name', () => {
  expect(readTuningProblem('{"name": "s", "parameters": []}', 's.json')).toBeUndefined();
  expect(readTuningProblem('not json', 's.json')).toBeUndefined();
  expect(() => readTuningProblem(problem('[open("x") for i in range(4)]'), 't1.json')).toThrow(
    /t1.json: the values of op/,
  );
  expect(() => readTuningProblem(problem('["a"]', 'open(x) == 1'), 't1.json')).toThrow(/condition "open\(x\) == /);
  const unknown = readTuningProblem(problem('["a"]', 'z > 1'), 't1.json')!;
  expect(() => compileSpace(unknown)).toThrow(/z/);
});

it.each([
  ['range', 24n],
  ['comprehension', 16n],
  ['not', 11n],
  ['notin', 8n],
  ['tuple', 8n],
  ['floor', 8n],
])('counts %s as Python does', (name, count) => {
  const file = new URL(`../assets/kernel-tuner/${name}.json`, import.meta.url);
  expect(compileSpace(readTuningProblem(readFileSync(file, 'utf8'), 't1.json')!).size()).toBe(count);
});

interface PublicProblem {
  readonly file: string;
  readonly space: unknown;
  readonly values: { readonly [name: string]: readonly (number | string)[] };
  readonly count: number;
}
const published = JSON.parse(
  readFileSync(new URL('../assets/kernel-tuner/public.json', import.meta.url), 'utf8'),
) as readonly PublicProblem[];

it.each(published.map((problem) => [problem.file, problem] as const))(
  'has the values and as many configurations as Python for the public %s',
  (_, { space, values, count }) => {
    const definition = readTuningProblem(JSON.stringify({ ConfigurationSpace: space }), 't1.json')!;
    const choices = definition.parameters.map((parameter) => [
      parameter.name,
      'choices' in parameter && parameter.choices,
    ]);
    const sorted = Object.entries(values).map(([name, own]) => [
      name,
      typeof own[0] === 'number' ? [...(own as number[])].sort((a, b) => a - b) : own,
    ]);
    expect(choices).toEqual(sorted);
    const compiled = compileSpace(definition);
    let found = compiled.size();
    // What is too many to count can still be walked through.
    if (found === null) {
      found = 0n;
      for (const _configuration of compiled.enumerate()) found++;
    }
    expect(found).toBe(BigInt(count));
  },
  60_000,
);

interface Cases {
  readonly space: { readonly [name: string]: readonly (number | boolean)[] };
  /** A condition, and where it holds: a bit for every point of the space, as hexadecimal digits. */
  readonly conditions: readonly (readonly [text: string, bits: string])[];
  readonly values: readonly (readonly [text: string, value: PythonValue])[];
}
const cases = JSON.parse(readFileSync(new URL('../assets/python-cases.json', import.meta.url), 'utf8')) as Cases;

const REFUSED = [
  ...[
    'b == max(b, *[1])',
    'a is not None',
    '(b & (b - 1)) == 0',
    '(a, b) == (1, 2)',
    'a & b',
    '(a | b) == 3',
    'a ^ 5 > 2',
  ],
  ...['(b & 6) == 2', 'a & b == 0 or f', '(a >> 1) & 3 == b | 2', 'a & -b < 0 and c', '[a, c][f] > 0'],
];

it('takes every condition as Python does, or refuses it', () => {
  const names = Object.keys(cases.space);
  const points = names.reduce<{ [name: string]: number | boolean }[]>(
    (all, name) => all.flatMap((point) => cases.space[name]!.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
  const kindOf = (name: string) => typeof cases.space[name]![0] as 'number' | 'boolean';
  const refused: string[] = [];
  for (const [python, bits] of cases.conditions) {
    let translated: string;
    try {
      translated = translatePython(python, fail);
    } catch {
      refused.push(python);
      continue;
    }
    const expression = compileExpression(translated, 'condition', kindOf, names);
    const held = points.map((point) => (expression.holds((name) => point[name]) ? '1' : '0')).join('');
    const digits = held.replace(/.{4}/g, (four) => Number.parseInt(four, 2).toString(16));
    expect(`${python} -> ${translated}: ${digits}`).toBe(`${python} -> ${translated}: ${bits}`);
  }
  expect(refused).toEqual(REFUSED);
});

it('takes what has no counterpart by the values for which it holds in Python', () => {
  const names = Object.keys(cases.space);
  const points = names.reduce<{ [name: string]: number | boolean }[]>(
    (all, name) => all.flatMap((point) => cases.space[name]!.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
  const choices = new Map(Object.entries(cases.space));
  const refused: string[] = [];
  for (const [python, bits] of cases.conditions) {
    let translated: string;
    try {
      translated = listedCondition(python, choices, fail);
    } catch {
      refused.push(python);
      continue;
    }
    const kindOf = (name: string) => typeof cases.space[name]![0] as 'number' | 'boolean';
    const expression = compileExpression(translated, 'condition', kindOf, names);
    const held = points.map((point) => (expression.holds((name) => point[name]) ? '1' : '0')).join('');
    const digits = held.replace(/.{4}/g, (four) => Number.parseInt(four, 2).toString(16));
    expect(`${python}: ${digits}`).toBe(`${python}: ${bits}`);
  }
  expect(refused).toEqual(['b == max(b, *[1])', 'a is not None']);
});

it('takes methods of texts and bits of numbers for the values for which they hold', () => {
  const count = (...expressions: string[]) =>
    compileSpace(readTuningProblem(problem("['half', 'float4', 'Float']", ...expressions), 't1.json')!).size();
  expect(count("op.startswith('float')")).toBe(12n);
  expect(count("op.upper() == 'FLOAT'")).toBe(12n);
  expect(count("op.endswith('4') or len(op) > 4")).toBe(24n);
  const both = [1, 2, 4, 16].flatMap((x) => [1, 2, 3].filter((y) => (x & y) === 0 || (x ^ y) > 4));
  expect(count('x & y == 0 or x ^ y > 4')).toBe(BigInt(3 * both.length));
  expect(() => count('x.bit_length() > 2')).toThrow(/condition "x.bit_length\(\) > 2"/);
});

it.each(cases.values)('evaluates %s as Python does', (text, value) => {
  if (value === null) expect(() => evaluatePython(text, fail)).toThrow();
  else expect(evaluatePython(text, fail)).toEqual(value);
});

it.each(['(a', 'a = 1', 'a if b else c?', 'lambda: 1', 'a.b()', '__import__("os")', 'a in b', 'a == None', 'f"{a}"'])(
  'refuses %s',
  (python) => {
    expect(() => translatePython(python, fail)).toThrow();
  },
);

it('does not write out what would have no end', () => {
  const many = Array.from({ length: 7 }, (_, i) => `int(a / ${i + 2})`).join(' + ');
  expect(() => translatePython(`${many} > 1`, fail)).toThrow(/too many choices/);
  const loops = Array.from({ length: 8 }, (_, i) => `for x${i} in [1, 2, 3, 4]`).join(' ');
  expect(() => translatePython(`any(a > x0 ${loops})`, fail)).toThrow(/too long when written out/);
  expect(() => translatePython("f'{a}' == '1'", fail)).toThrow(/a letter before them, such as f"…"/);
});

it('refuses nesting without an end in words', () => {
  for (const deep of [
    '('.repeat(1e5),
    'not '.repeat(1e5),
    '-'.repeat(1e5),
    '['.repeat(1e5),
    `${'1 if '.repeat(1e5)}`,
  ]) {
    expect(() => translatePython(`${deep}1`, fail)).toThrow(/nested|expected|too early/);
  }
});

describe('results that are odd', () => {
  const result = (more: object = {}) => ({
    ...{ configuration: { x: 1 }, invalidity: 'correct', correctness: 1 },
    ...{ measurements: [{ name: 'time', value: 1.5, unit: 'ms' }], ...more },
  });
  const stateOf = (more: object) => [...(readKernelTuner({ results: [result(more)] })?.rows ?? [])][0]?.[1];

  it.each([
    [{}, 'complete'],
    [{ invalidity: 'Correct' }, 'complete'],
    [{ invalidity: undefined }, 'complete'],
    [{ invalidity: undefined, correctness: 0 }, 'runtime'],
    [{ invalidity: 'launch' }, 'runtime'],
    [{ correctness: 0 }, 'correctness'],
    [{ measurements: [{ name: 'time', value: 'CompilationFailedConfig' }] }, 'build'],
    [{ measurements: [{ name: 'time', value: 1e20 }] }, 'runtime'],
  ])('%j is %s', (more, state) => expect(stateOf(more)).toBe(state));

  it.each<[unknown, RegExp]>([
    [{ results: [result(), null] }, /result 2 is none of T4: .*expected object/],
    [{ results: [result({ measurements: { time: 1 } })] }, /result 1 is none of T4: measurements: .*expected array/],
    [
      { results: [result(), result({ measurements: [{ name: 'time', value: 1, unit: 's' }] })] },
      /"time" is measured in ms and s/,
    ],
    [
      { results: [result(), result({ measurements: [1.5, 2].map((value) => ({ name: 'time', value, unit: 'ms' })) })] },
      /result 2 has two values of "time", 1.5 and 2/,
    ],
  ])('%j is refused in words', (json, message) => expect(() => readKernelTuner(json)).toThrow(message));

  it('of T4 are read as a list alone, those of a cache by their keys', () => {
    expect([...(readKernelTuner([result()])?.rows ?? [])]).toEqual([[1, 'complete', 0, 1.5]]);
    const cache = { tune_params_keys: ['x', 's'], cache: { '16,a': { time: 1 } } };
    expect([...(readKernelTuner(cache)?.rows ?? [])]).toEqual([[16, 'a', 'complete', 0, 1]]);
  });

  it('of T4 may say the same twice', () => {
    const measurements = [1.5, 1.5].map((value) => ({ name: 'time', value, unit: 'ms' }));
    expect([...(readKernelTuner([result({ measurements })])?.rows ?? [])]).toEqual([[1, 'complete', 0, 1.5]]);
  });

  it('of two caches behind each other are not those of the first', () => {
    const cache = JSON.stringify({ tune_params_keys: ['x'], cache: { 1: { x: 1, time: 2 } } });
    expect(parseKernelTuner(cache.slice(0, -1))).toEqual(JSON.parse(cache));
    expect(() => parseKernelTuner(`${cache}${cache}`)).toThrow(SyntaxError);
  });

  it.each([
    ['time', undefined, 'min'],
    ['GFLOP/s', undefined, 'max'],
    ['GB/s', undefined, 'max'],
    ['score', true, 'max'],
    ['GFLOP/s', false, 'min'],
  ])('%s is made large or small as it is meant', (objective, said, direction) => {
    const more = said === undefined ? {} : { objective_higher_is_better: said };
    const cache = { objective, tune_params_keys: ['x'], cache: { 1: { x: 1, [objective]: 2 } }, ...more };
    expect(readKernelTunerStudy(JSON.stringify(cache), 's').objectives).toEqual([{ metric: objective, direction }]);
  });
});

interface Release {
  readonly release: string;
  readonly objective: string;
  readonly cache: string;
  readonly t4?: string;
  /** Values in the order of parameters, the class of the failure, time and rate; as Kernel Tuner gave them back. */
  readonly results: readonly (readonly [unknown[], string | null, number | null, number | null])[];
}

const released = JSON.parse(
  readFileSync(new URL('../assets/kernel-tuner/releases.json', import.meta.url), 'utf8'),
) as readonly Release[];

it.each(released.map((one) => [`${one.release} by ${one.objective}`, one] as const))(
  'reads what Kernel Tuner %s wrote as it gave it back',
  (_, { objective, cache, t4, results }) => {
    const failures = { CompilationFailedConfig: 'build', RuntimeFailedConfig: 'runtime', InvalidConfig: 'infeasible' };
    // The run may still go on.
    const open = cache.slice(0, cache.lastIndexOf('}', cache.lastIndexOf('}') - 1));
    for (const text of [cache, open, ...(t4 === undefined ? [] : [t4])]) {
      const study = readKernelTunerStudy(text, 'k');
      expect(study.objectives).toEqual([{ metric: objective, direction: objective === 'time' ? 'min' : 'max' }]);
      const found = study.trials.map(({ configuration, measurement }) => [
        Object.values(configuration),
        measurement.state === 'failed' ? measurement.kind : measurement.state,
        ...['time', 'GFLOP/s'].map((name) =>
          measurement.state === 'complete' ? measurement.metrics[name] : undefined,
        ),
      ]);
      expect(found).toEqual(
        results.map(([values, error, ...numbers]) => [
          values,
          error === null ? 'complete' : failures[error as keyof typeof failures],
          ...numbers.map((number) => number ?? undefined),
        ]),
      );
      expect(study.trials[0]?.measurement.seconds).toBeCloseTo(0.111, 6);
    }
  },
);

it('takes several objectives of a cache, each in its direction', () => {
  const text = JSON.stringify({
    tune_params_keys: ['x'],
    objective: ['time', 'GFLOP/s', 'score'],
    objective_higher_is_better: [false, true, true],
    cache: { 1: { x: 1, time: 2, 'GFLOP/s': 3, score: 4 } },
  });
  expect(readKernelTunerStudy(text, 'k').objectives).toEqual([
    { metric: 'time', direction: 'min' },
    { metric: 'GFLOP/s', direction: 'max' },
    { metric: 'score', direction: 'max' },
  ]);
});

it('says which parameters of a cache are called otherwise here', () => {
  const cache = {
    tune_params_keys: ['block size', 'tile'],
    cache: { '16,2': { 'block size': 16, tile: 2, time: 1.5 } },
  };
  const { space, trials, notes } = readKernelTunerStudy(JSON.stringify(cache), 's');
  expect(space.parameters.map(({ name }) => name)).toEqual(['block_size', 'tile']);
  expect(trials[0]?.configuration).toEqual({ block_size: 16, tile: 2 });
  expect(notes).toEqual(['parameter "block size" is called block_size here']);
});

it('values and conditions of a tuning problem are what their types say', () => {
  const problem = (parameter: object, conditions: unknown[] = []) =>
    readTuningProblem(
      JSON.stringify({
        ConfigurationSpace: { TuningParameters: [{ Name: 'x', ...parameter }], Conditions: conditions },
      }),
      't1.json',
    );
  expect(problem({ Type: 'int', Values: ['2', '1'] })?.parameters).toMatchObject([
    { type: 'ordinal', choices: [1, 2] },
  ]);
  expect(problem({ Type: 'bool', Values: ['True', 'False'] })?.parameters).toMatchObject([{ choices: [true, false] }]);
  expect(problem({ Type: 'string', Values: ['1', '2'] })?.parameters).toMatchObject([{ choices: ['1', '2'] }]);
  expect(problem({ Type: 'int', Values: '1, 2, 4' })?.parameters).toMatchObject([{ choices: [1, 2, 4] }]);
  expect(problem({ Type: 'int', Values: '[1, 2]' }, ['x < 2'])?.constraints).toEqual(['x < 2']);
});
