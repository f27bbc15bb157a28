import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/core/space.js';
import { compileExpression } from '../../src/search-space/expression.js';

const names = { x: 'number', y: 'number', 'a.b.c': 'boolean', s: 'string' } as const;
const compile = (text: string) =>
  compileExpression(
    text,
    'test',
    (name) => (Object.hasOwn(names, name) ? names[name as keyof typeof names] : undefined),
    Object.keys(names),
  );
const evaluate = (text: string, values: { [name: string]: Value } = {}) =>
  compile(text).evaluate((name) => values[name]);

describe('expressions', () => {
  it('agree with JavaScript on random arithmetic', () => {
    const leaf = fc.oneof(fc.constantFrom('x', 'y', '3e6', '0.5', '.25', '7', '1E-3'));
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/', '%'), tie('tree')).map((parts) => parts.join(' ')),
        tie('tree').map((inner) => `(${inner})`),
        tie('tree').map((inner) => `-(${inner})`),
      ),
    }));
    const comparison = fc
      .tuple(tree, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tree)
      .map((parts) => parts.join(' '));
    const logic = fc.tuple(
      comparison,
      fc.constantFrom('&&', '||'),
      comparison,
      fc.constantFrom('&&', '||'),
      comparison,
    );
    fc.assert(
      fc.property(
        fc.oneof(
          comparison,
          logic.map((parts) => parts.join(' ')),
        ),
        fc.integer(),
        fc.integer(),
        (text, x, y) => {
          const reference = new Function('x', 'y', `return ${text}`) as (x: number, y: number) => unknown;
          expect(evaluate(text, { x, y })).toBe(reference(x, y));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('know powers, lists, functions, strings and dotted names', () => {
    expect(evaluate('2 ** 3 ** 2 == 512')).toBe(true);
    expect(evaluate('-2 ** 2 == -4')).toBe(true);
    expect(evaluate("s in ['a', 'it''s'] || s == \"b\"".replace("''", "\\'"), { s: "it's" })).toBe(true);
    expect(evaluate('max(x, y, 3) - abs(min(x, -2)) == 1', { x: 1, y: 2 })).toBe(true);
    expect(evaluate('!a.b.c && x != 2', { 'a.b.c': false, x: 1 })).toBe(true);
    expect(evaluate('a.b.c + a.b.c >= 2', { 'a.b.c': true })).toBe(true);
  });

  it('leave open only what an unknown name decides', () => {
    expect(evaluate('x > 1 && y > 1', { x: 0 })).toBe(false);
    expect(evaluate('x > 1 || y > 1', { x: 2 })).toBe(true);
    expect(evaluate('x > 1 && y > 1', { x: 2 })).toBeUndefined();
    expect(evaluate('!(y > 1)')).toBeUndefined();
  });

  it('measure by how much they fail', () => {
    const violation = (text: string, x: number) => compile(text).violation(() => x);
    expect(violation('x <= 3', 5)).toBe(2);
    expect(violation('x <= 3', 3)).toBe(0);
    expect(violation('x < 3', 3)).toBeGreaterThan(0);
    expect(violation('x <= 3 && x >= 9', 5)).toBe(6);
    expect(violation('x <= 3 || x >= 9', 5)).toBe(2);
  });

  it('read chains of comparisons as mathematics does', () => {
    for (const [text, x, y, expected] of [
      ['2 < x < 5', 3, 0, true],
      ['2 < x < 5', 1, 0, false],
      ['2 < x < 5', 9, 0, false],
      ['5 > x > 2', 3, 0, true],
      ['1 <= x < y <= 4', 2, 3, true],
      ['1 <= x < y <= 4', 3, 3, false],
      ['1 < x + 1 < y * 2', 1, 2, true],
      ['a.b.c == x < 3', 5, 0, true],
    ] as const) {
      expect(evaluate(text, { x, y, 'a.b.c': false }), text).toBe(expected);
    }
    expect(compile('2 < x < 5').violation(() => 9)).toBe(4);
  });

  it('agree with JavaScript on long runs, and evaluate them without a stack of their length', () => {
    const sum = Array.from({ length: 100_000 }, (_, i) => (i % 3 === 0 ? 'x' : i % 3 === 1 ? 'y * 2' : '1')).join(
      ' + ',
    );
    expect(evaluate(`${sum} == ${33334 * 3 + 33333 * 8 + 33333}`, { x: 3, y: 4 })).toBe(true);
    const every = Array.from({ length: 20_000 }, (_, i) => `x < ${i + 4}`);
    expect(evaluate(every.join(' && '), { x: 3 })).toBe(true);
    expect(compile(every.join(' || ')).violation(() => 1e6)).toBe(1e6 - 20_003);
    expect(evaluate(`max(${every.map((_, i) => i).join(', ')}) == 19999`)).toBe(true);
    expect(evaluate(`x in [${every.map((_, i) => i).join(', ')}]`, { x: 19_999 })).toBe(true);
    expect(evaluate(`${'-('.repeat(90)}x${')'.repeat(90)} == x`, { x: 3 })).toBe(true);
    for (const [open, close] of [
      ['(', ')'],
      ['-', ''],
      ['!', ''],
      ['2 ** ', ''],
      ['abs(', ')'],
    ] as const) {
      expect(() => compile(`${open.repeat(5000)}x${close.repeat(5000)}`)).toThrow('too deeply nested');
    }
  });

  for (const [text, message] of [
    ['a.b.c < 3', '< needs numbers, not true or false (column 7)'],
    ['(x > 1) > (y > 1)', '> needs numbers, not true or false (column 9)'],
    ['x == y == 3', '== follows ==: put in parentheses'],
    ['x == y < 3', '== compares the outcome of a comparison with a number (column 3)'],
    ['x +', 'ends too early (column 4)'],
    ['x = 3', '"="; equality is == (column 3)'],
    ['x > 3 y', 'unexpected y (column 7)'],
    ['x > 3 and y > 2', 'unexpected and; write && (column 7)'],
    ['x // 2 == 1', 'unexpected /; write floordiv'],
    ['(x > 3', ') is expected before the end (column 7)'],
    ['z > 3', 'unknown name "z"'],
    ['a.b.d', 'Did you mean "a.b.c"? (column 1)'],
    ["x > 'a'", '> needs numbers, not strings (column 3)'],
    ["x == 'a'", '== compares a number with a string (column 3)'],
    ['x in [y]', 'a list after "in" holds'],
    ['3x > 1', 'cannot read'],
    ['process.exit(1)', 'unknown name "process.exit"'],
    ['', 'ends too early'],
  ] as const) {
    it(`refuse ${JSON.stringify(text)}`, () => {
      expect(() => compile(text)).toThrow(message);
    });
  }
});

it('refuse a text that a parameter never is, wherever it is compared', () => {
  const choices: { readonly [name: string]: readonly Value[] } = { s: ['fast', 'small', 1], x: [1, 2] };
  const of = (text: string) =>
    compileExpression(
      text,
      'test',
      (name) => (name in choices ? 'any' : undefined),
      Object.keys(choices),
      (name) => (Object.hasOwn(choices, name) ? choices[name] : undefined),
    );
  for (const text of ["s == 'Fast'", "'Fast' != s", "x > 1 && s in ['fast', 'Fast']"]) {
    expect(() => of(text)).toThrow('s is never "Fast". Did you mean "fast"?');
  }
  expect(() => of("s == '1'")).toThrow('s is never "1"');
  for (const text of ["s == 'fast'", "s in ['fast', 'small', 3]", 's == 1', 's == 7', "x == 'a'"]) of(text);
});
