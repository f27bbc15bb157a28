import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Configuration } from '../../src/core/space.js';
import { readTuningProblem } from '../../src/interop/kernel-tuner.js';
import { evaluatePython, type PythonValue } from '../../src/interop/python.js';
import { translatePython } from '../../src/interop/translate-python.js';
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
  expect(() => readTuningProblem(problem('["a"]', '[x, 1] == [1, 2]'), 't1.json')).toThrow(/condition "\[x, 1\] == /);
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
  expect(refused).toEqual(['len([1, 2]) == 2 and a', 'b == max(b, *[1])', 'a is not None']);
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
