import { didYouMean } from '../base/did-you-mean.js';
import type { Value } from '../core/space.js';
import { SpaceError } from '../errors.js';
import { parseExpression } from './parse-expression.js';

/** What an expression is evaluated in: a value for each identifier, or undefined while it has none. */
export type Lookup = (identifier: string) => Value | undefined;

/** One part of an expression. Evaluation is three-valued: undefined means "not known", and only what needs it is unknown. */
export interface Term {
  readonly kind: 'number' | 'string' | 'boolean' | 'any';
  evaluate(lookup: Lookup): Value | undefined;
  /** How far it is from holding: 0 when it holds or is unknown; comparisons of numbers say by how much they fail. */
  violation(lookup: Lookup): number;
  /** The numbers that a comparison compares, for messages about what was seen. */
  readonly sides?: readonly [Term, Term];
}

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
 * Compiles an expression: numbers, strings, true, false, names with dots; `+ - * / % **`, comparisons, `in [a, b]`,
 * `&& || !`, parentheses, `min max abs`. Nothing of it is executed as code.
 *
 * @param kindOf the kind of an identifier's values; undefined when there is no such identifier.
 * @throws SpaceError SPACE_EXPRESSION, with the place marked in the remedy.
 */
export function compileExpression(
  text: string,
  label: string,
  kindOf: (identifier: string) => Term['kind'] | undefined,
  known: Iterable<string>,
): Expression {
  const fail = (message: string, at: number): never => {
    throw new SpaceError('SPACE_EXPRESSION', `${label}: ${message} (column ${at + 1})`, {
      remedy: `${text}\n  ${' '.repeat(at)}^`,
    });
  };
  const identifiers = new Set<string>();
  const term = parseExpression(text, fail, (identifier, at) => {
    const kind = kindOf(identifier);
    if (kind === undefined) return fail(`unknown name "${identifier}".${didYouMean(identifier, known)}`, at);
    identifiers.add(identifier);
    return kind;
  });
  if (term.kind === 'string') fail('a condition is expected, not a string', 0);
  const truth = (lookup: Lookup) => term.evaluate(lookup);
  return {
    ...term,
    text,
    identifiers: [...identifiers],
    holds: (lookup) => isTrue(truth(lookup)) === true,
    fails: (lookup) => isTrue(truth(lookup)) === false,
  };
}

/** Numbers count as true unless 0; undefined stays unknown. */
export function isTrue(value: Value | undefined): boolean | undefined {
  return value === undefined ? undefined : value !== false && value !== 0;
}
