import type { Value } from '../core/space.js';
import type { Term } from './expression.js';
import { apply, call, constant, FUNCTIONS, identifier, invert, membership, negate } from './terms.js';
import { type Token, tokenize } from './tokenize.js';

type Fail = (message: string, at: number) => never;

/** How tightly operators bind; `**` binds to the right. */
const BINDING: { readonly [operator: string]: number } = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  in: 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
  '**': 8,
};
const PREFIX = 7;
const DEEPEST = 200;

/** Parses an expression by operator precedence (Pratt). `kindOf` is called for each identifier and may refuse it. */
export function parseExpression(text: string, fail: Fail, kindOf: (name: string, at: number) => Term['kind']): Term {
  const tokens = tokenize(text, fail);
  let next = 0;
  let depth = 0;
  const peek = () => tokens[next] as Token;
  const take = () => tokens[next++] as Token;

  const term = parse(0);
  if (peek().kind !== 'end') fail(`unexpected ${peek().text}`, peek().at);
  return term;

  function parse(binding: number): Term {
    if (++depth > DEEPEST) fail('too deeply nested', peek().at);
    let left = parseStart(take());
    for (;;) {
      const operator = peek();
      const strength = operator.kind === 'mark' || operator.text === 'in' ? (BINDING[operator.text] ?? 0) : 0;
      if (strength <= binding) break;
      take();
      if (operator.text === 'in') left = membership(left, parseList());
      else {
        const right = parse(operator.text === '**' ? strength - 1 : strength);
        checkKinds(operator, left, right);
        left = apply(operator.text, left, right);
      }
    }
    depth--;
    return left;
  }

  function parseStart(token: Token): Term {
    if (token.kind === 'number') return constant(Number(token.text));
    if (token.kind === 'string') return constant(token.text.slice(1, -1).replace(/\\(.)/g, '$1'));
    if (token.kind === 'name') return parseName(token);
    if (token.text === '(') {
      const inner = parse(0);
      expect(')');
      return inner;
    }
    if (token.text === '!') return invert(parse(PREFIX));
    if (token.text === '-') {
      const operand = parse(PREFIX);
      if (operand.kind === 'string') fail('- needs a number, not a string', token.at);
      return negate(operand);
    }
    return fail(token.kind === 'end' ? 'the expression ends too early' : `unexpected ${token.text}`, token.at);
  }

  function parseName(token: Token): Term {
    if (token.text === 'true' || token.text === 'false') return constant(token.text === 'true');
    const called = FUNCTIONS.find((name) => name === token.text);
    if (called === undefined || peek().text !== '(') return identifier(token.text, kindOf(token.text, token.at));
    take();
    const operands = [parse(0)];
    while (peek().text === ',') {
      take();
      operands.push(parse(0));
    }
    expect(')');
    if (called === 'abs' && operands.length !== 1) fail('abs takes one number', token.at);
    if (operands.some(({ kind }) => kind === 'string')) fail(`${called} needs numbers, not strings`, token.at);
    return call(called, operands);
  }

  function parseList(): Value[] {
    expect('[');
    const values: Value[] = [];
    for (;;) {
      const start = peek().at;
      const value = parse(0).evaluate(() => undefined);
      if (value === undefined) fail('a list after "in" holds numbers, strings, true or false only', start);
      values.push(value);
      if (peek().text !== ',') break;
      take();
    }
    expect(']');
    return values;
  }

  function expect(mark: string): void {
    if (peek().text !== mark) fail(`${mark} is expected before ${peek().text}`, peek().at);
    take();
  }

  function checkKinds(operator: Token, left: Term, right: Term): void {
    const strings = [left, right].filter(({ kind }) => kind === 'string').length;
    if (operator.text === '==' || operator.text === '!=') {
      const mixed = strings === 1 && left.kind !== 'any' && right.kind !== 'any';
      if (mixed) fail(`${operator.text} compares a ${left.kind} with a ${right.kind}`, operator.at);
    } else if (strings > 0) fail(`${operator.text} needs numbers, not strings`, operator.at);
  }
}
