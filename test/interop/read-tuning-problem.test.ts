import { expect, it } from 'vitest';
import type { Configuration } from '../../src/core/space.js';
import { readTuningProblem } from '../../src/interop/read-tuning-problem.js';
import { translatePython } from '../../src/interop/translate-python.js';
import { compileSpace } from '../../src/search-space/compile-space.js';

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
    constraints: ['2 <= x * y && x * y <= 16', "op == 'a' || x > 4"],
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
  expect(() => readTuningProblem(problem('[2**i for i in range(4)]'), 't1.json')).toThrow(/t1.json: the values of op/);
  expect(() => readTuningProblem(problem('["a"]', 'x // 2 == 1'), 't1.json')).toThrow(/"x \/\/ 2 == 1": \/\/ has no/);
  const unknown = readTuningProblem(problem('["a"]', 'z > 1'), 't1.json')!;
  expect(() => compileSpace(unknown)).toThrow(/z/);
});

it.each([
  ['a and b or not c', 'a && b || !(c)'],
  ['not (a == 1 and b < 2)', '!((a == 1 && b < 2))'],
  ['(x == 0 or x == 1) and y % x == 0', '(x == 0 || x == 1) && y % x == 0'],
  ['1 <= min(a, b) < c ** 2', '1 <= min (a, b) && min (a, b) < c ** 2'],
  ['x in [1, 2] and flag == True', 'x in [1, 2] && flag == true'],
  ['s == "a and b"', 's == "a and b"'],
])('translates %s', (python, expression) => {
  expect(translatePython(python, fail)).toBe(expression);
});

it.each(['a not in [1]', '(a', 'a = 1', 'a if b else c?'])('refuses %s', (python) => {
  expect(() => translatePython(python, fail)).toThrow();
});
