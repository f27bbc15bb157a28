import { didYouMean } from '../base/did-you-mean.js';
import type { Value } from '../core/space.js';
import { SpaceError } from '../errors.js';
import {
  ARITIES,
  arithmetic,
  call,
  comparison,
  connective,
  constant,
  identifier,
  invert,
  isArithmetic,
  isEquality,
  isFunction,
  isOrder,
  isTrue,
  type Lookup,
  membership,
  negate,
  type Term,
} from './terms.js';

export interface Expression extends Term {
  readonly text: string;
  /** In order of first use, without repeats. */
  readonly identifiers: readonly string[];
  /** True only when it holds for certain. */
  holds(lookup: Lookup): boolean;
  /** True only when it fails for certain, whatever the identifiers still unknown will be. */
  fails(lookup: Lookup): boolean;
}

/**
 * Compiles an expression: numbers, strings, true, false, names with dots; `+ - * / % **`, comparisons (`2 < x < 5` is
 * `2 < x && x < 5`), `in [a, b]`, `&& || !`, parentheses, `min max abs mod floordiv`. Nothing of it is executed as code.
 *
 * @param kindOf the kind of an identifier's values; undefined when there is no such identifier.
 * @param choicesOf all values of an identifier, where they are listed: it is never another text.
 * @throws SpaceError SPACE_EXPRESSION, with the place marked in the remedy.
 */
export function compileExpression(
  text: string,
  label: string,
  kindOf: (identifier: string) => Term['kind'] | undefined,
  known: Iterable<string>,
  choicesOf: (identifier: string) => readonly Value[] | undefined = () => undefined,
): Expression {
  const fail = (message: string, at: number): never => {
    const [from, to] = [Math.max(0, at - SHOWN), at + SHOWN];
    const [head, tail] = [from > 0 ? '…' : '', to < text.length ? '…' : ''];
    throw new SpaceError('SPACE_EXPRESSION', `${label}: ${message} (column ${at + 1})`, {
      remedy: `${head}${text.slice(from, to)}${tail}\n  ${' '.repeat(at - from + head.length)}^`,
    });
  };
  const identifiers = new Set<string>();
  const term = parse(
    text,
    fail,
    (name, at) => {
      const kind = kindOf(name);
      if (kind === undefined) return fail(`unknown name "${name}".${didYouMean(name, known)}`, at);
      identifiers.add(name);
      return kind;
    },
    choicesOf,
  );
  if (term.kind === 'string') fail('a condition is expected, not a string', 0);
  return {
    ...term,
    text,
    identifiers: [...identifiers],
    holds: (lookup) => isTrue(term.evaluate(lookup)) === true,
    fails: (lookup) => isTrue(term.evaluate(lookup)) === false,
  };
}

/** How a constraint is named in messages. */
export const constraintLabel = (text: string) =>
  `constraint "${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}"`;

type Fail = (message: string, at: number) => never;

/** So much of the text on either side of a mistake is shown. */
const SHOWN = 100;
const DEEPEST = 200;

/** How tightly operators bind; `**` binds to the right. */
const BINDING: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
  ['==', 3],
  ['!=', 3],
  ['in', 3],
  ['<', 4],
  ['<=', 4],
  ['>', 4],
  ['>=', 4],
  ['+', 5],
  ['-', 5],
  ['*', 6],
  ['/', 6],
  ['%', 6],
  ['**', 8],
]);
const PREFIX = 7;

/** Parses by operator precedence (Pratt). `kindOf` is called for each identifier and may refuse it. */
function parse(
  text: string,
  fail: Fail,
  kindOf: (name: string, at: number) => Term['kind'],
  choicesOf: (name: string) => readonly Value[] | undefined,
): Term {
  const tokens = tokenize(text, fail);
  let next = 0;
  let depth = 0;
  const peek = () => tokens[next] as Token;
  const take = () => tokens[next++] as Token;

  const term = parseFrom(0);
  if (peek().kind !== 'end') fail(unexpected(peek().text), peek().at);
  return term;

  function parseFrom(binding: number): Term {
    if (++depth > DEEPEST) fail('too deeply nested', peek().at);
    let left = parseStart(take());
    /** The comparison that `left` ends in without parentheses around it: the next one would read its result. */
    let last: { readonly operator: string; readonly right: Term } | undefined;
    for (;;) {
      const operator = peek();
      const strength = operator.kind === 'mark' || operator.text === 'in' ? (BINDING.get(operator.text) ?? 0) : 0;
      if (strength <= binding) break;
      take();
      if (operator.text === 'in') {
        const members = parseList();
        for (const member of members) if (typeof member === 'string') checkChoice(left, member, operator.at);
        left = membership(left, members);
        last = undefined;
      } else if (operator.text === '&&' || operator.text === '||') {
        left = connective(operator.text, [left, ...parseParts(operator.text, strength)]);
      } else {
        const right = parseFrom(operator.text === '**' ? strength - 1 : strength);
        const { text: sign } = operator;
        if (isArithmetic(sign)) {
          checkNumbers(operator, left, right);
          left = arithmetic(sign, left, right);
        } else if (last !== undefined && isOrder(sign) && isOrder(last.operator)) {
          checkNumbers(operator, last.right, right);
          left = connective('&&', [left, comparison(sign, last.right, right)]);
          last = { operator: sign, right };
        } else {
          if (last !== undefined && isEquality(last.operator)) {
            fail(`${sign} follows ${last.operator}: put in parentheses what belongs together`, operator.at);
          }
          if (isEquality(sign)) checkEquality(operator, left, right);
          else checkNumbers(operator, left, right);
          left = comparison(sign, left, right);
          last = { operator: sign, right };
        }
      }
    }
    depth--;
    return left;
  }

  /** What follows `&&` or `||` up to an operator that binds less, in one list however long. */
  function parseParts(operator: string, strength: number): Term[] {
    const parts = [parseFrom(strength)];
    while (peek().text === operator && peek().kind === 'mark') {
      take();
      parts.push(parseFrom(strength));
    }
    return parts;
  }

  function parseStart(token: Token): Term {
    if (token.kind === 'number') return constant(Number(token.text));
    if (token.kind === 'string') return constant(token.text.slice(1, -1).replace(/\\(.)/g, '$1'));
    if (token.kind === 'name') return parseName(token);
    if (token.text === '(') {
      const inner = parseFrom(0);
      expect(')');
      return inner;
    }
    if (token.text === '!') return invert(parseFrom(PREFIX));
    if (token.text === '-') {
      const operand = parseFrom(PREFIX);
      if (operand.kind === 'string') fail('- needs a number, not a string', token.at);
      return negate(operand);
    }
    return fail(token.kind === 'end' ? 'the expression ends too early' : unexpected(token.text), token.at);
  }

  function parseName(token: Token): Term {
    const { text: name, at } = token;
    if (name === 'true' || name === 'false') return constant(name === 'true');
    if (!isFunction(name) || peek().text !== '(') return identifier(name, kindOf(name, at));
    take();
    const operands = [parseFrom(0)];
    while (peek().text === ',') {
      take();
      operands.push(parseFrom(0));
    }
    expect(')');
    const arity = ARITIES.get(name) ?? operands.length;
    if (operands.length !== arity) fail(`${name} takes ${arity === 1 ? 'one number' : `${arity} numbers`}`, at);
    if (operands.some(({ kind }) => kind === 'string')) fail(`${name} needs numbers, not strings`, at);
    return call(name, operands);
  }

  function parseList(): Value[] {
    expect('[');
    const values: Value[] = [];
    for (;;) {
      const start = peek().at;
      const value = parseFrom(0).evaluate(() => undefined);
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

  function checkEquality({ text: sign, at }: Token, left: Term, right: Term): void {
    const strings = [left, right].filter(({ kind }) => kind === 'string').length;
    const mixed = strings === 1 && left.kind !== 'any' && right.kind !== 'any';
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (other.text !== undefined) checkChoice(one, other.text, at);
    }
    if (mixed) fail(`${sign} compares a ${left.kind} with a ${right.kind}`, at);
    // true counts as 1, but the outcome of a comparison beside a number is a chain that was meant otherwise.
    const [first, second] = left.sides === undefined ? [right, left] : [left, right];
    if (first.sides !== undefined && second.kind === 'number') {
      fail(`${sign} compares the outcome of a comparison with a number`, at);
    }
  }

  /** A text that is none of the choices is a slip: the comparison would never change. */
  function checkChoice({ name }: Term, given: string, at: number): void {
    const choices = name === undefined ? undefined : choicesOf(name)?.filter((choice) => typeof choice === 'string');
    if (choices === undefined || choices.length === 0 || choices.includes(given)) return;
    fail(`${name} is never ${JSON.stringify(given)}.${didYouMean(given, choices)}`, at);
  }

  /** Truth values add up as 0 and 1, but have no order. */
  function checkNumbers({ text: sign, at }: Token, left: Term, right: Term): void {
    const kinds = [left.kind, right.kind];
    if (kinds.includes('string')) fail(`${sign} needs numbers, not strings`, at);
    if (isOrder(sign) && kinds.includes('boolean')) fail(`${sign} needs numbers, not true or false`, at);
  }
}

interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'mark' | 'end';
  readonly text: string;
  /** 0-based offset in the expression. */
  readonly at: number;
}

/** One group for every kind of token but the end. */
const PATTERN =
  /\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([A-Za-z_]\w*(?:\.\w+)*)|(\*\*|[=!<>]=|&&|\|\||[-+*/%<>!()[\],]))/y;

/** What the mistake of another language is called here. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['=', '; equality is =='],
  ['&', '; "and" is &&'],
  ['|', '; "or" is ||'],
]);

const WORDS: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['is', '=='],
  ['/', 'floordiv(a, b) for the quotient rounded down'],
]);

const unexpected = (text: string): string => `unexpected ${text}${WORDS.has(text) ? `; write ${WORDS.get(text)}` : ''}`;

/** The tokens of an expression, closed by an `end`; `fail` is called where a character fits nothing. */
function tokenize(text: string, fail: Fail): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < end) {
    const start = PATTERN.lastIndex;
    const [, number, string, name, mark] = PATTERN.exec(text) ?? [];
    const found = number ?? string ?? name ?? mark;
    if (found === undefined) {
      const at = start + /^\s*/.exec(text.slice(start))![0].length;
      const wrong = text.slice(at, at + 1);
      return fail(`cannot read ${JSON.stringify(wrong)}${HINTS.get(wrong) ?? ''}`, at);
    }
    const kind =
      number !== undefined ? 'number' : string !== undefined ? 'string' : name !== undefined ? 'name' : 'mark';
    tokens.push({ kind, text: found, at: PATTERN.lastIndex - found.length });
  }
  tokens.push({ kind: 'end', text: 'the end', at: end });
  return tokens;
}
