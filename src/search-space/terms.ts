import type { Value } from '../core/space.js';
import { isTrue, type Lookup, type Term } from './expression.js';

export const FUNCTIONS = ['min', 'max', 'abs'] as const;

export function constant(value: number | string | boolean): Term {
  return withViolation({ kind: typeof value as Term['kind'], evaluate: () => value });
}

export function identifier(name: string, kind: Term['kind']): Term {
  return withViolation({ kind, evaluate: (lookup) => lookup(name) });
}

export function negate(operand: Term): Term {
  return numeric([operand], ([a]) => -a!);
}

export function invert(operand: Term): Term {
  return withViolation({
    kind: 'boolean',
    evaluate: (lookup) => {
      const truth = isTrue(operand.evaluate(lookup));
      return truth === undefined ? undefined : !truth;
    },
  });
}

export function call(name: (typeof FUNCTIONS)[number], operands: readonly Term[]): Term {
  const compute = { min: Math.min, max: Math.max, abs: Math.abs }[name] as (...numbers: number[]) => number;
  return numeric(operands, (numbers) => compute(...numbers));
}

export function membership(operand: Term, values: readonly Value[]): Term {
  return withViolation({
    kind: 'boolean',
    evaluate: (lookup) => {
      const value = operand.evaluate(lookup);
      return value === undefined ? undefined : values.includes(value);
    },
  });
}

export function apply(operator: string, left: Term, right: Term): Term {
  if (operator === '&&' || operator === '||') return connective(operator, left, right);
  const arithmetic = ARITHMETIC[operator];
  return arithmetic === undefined
    ? comparison(operator, left, right)
    : numeric([left, right], ([a, b]) => arithmetic(a!, b!));
}

const ARITHMETIC: { readonly [operator: string]: (a: number, b: number) => number } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
};

const ORDER: { readonly [operator: string]: (a: number, b: number) => boolean } = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Kleene's connectives: what one side settles needs no other side. */
function connective(operator: '&&' | '||', left: Term, right: Term): Term {
  const settling = operator === '||';
  return {
    kind: 'boolean',
    evaluate: (lookup) => {
      const a = isTrue(left.evaluate(lookup));
      if (a === settling) return settling;
      const b = isTrue(right.evaluate(lookup));
      if (b === settling) return settling;
      return a === undefined || b === undefined ? undefined : !settling;
    },
    violation: (lookup) => {
      const parts = [left.violation(lookup), right.violation(lookup)];
      return settling ? Math.min(...parts) : parts[0]! + parts[1]!;
    },
  };
}

function comparison(operator: string, left: Term, right: Term): Term {
  const order = ORDER[operator];
  const equal = (a: Value, b: Value) =>
    typeof a === 'string' || typeof b === 'string' ? a === b : Number(a) === Number(b);
  const evaluate = (lookup: Lookup) => {
    const a = left.evaluate(lookup);
    const b = right.evaluate(lookup);
    if (a === undefined || b === undefined) return undefined;
    return order === undefined ? equal(a, b) === (operator === '==') : order(Number(a), Number(b));
  };
  return {
    kind: 'boolean',
    evaluate,
    sides: [left, right],
    violation: (lookup) => {
      if (evaluate(lookup) !== false) return 0;
      const gap = Math.abs(Number(left.evaluate(lookup)) - Number(right.evaluate(lookup)));
      return operator === '!=' || !Number.isFinite(gap) ? 1 : Math.max(gap, Number.EPSILON);
    },
  };
}

function numeric(operands: readonly Term[], compute: (numbers: readonly number[]) => number): Term {
  return withViolation({
    kind: 'number',
    evaluate: (lookup) => {
      const numbers: number[] = [];
      for (const operand of operands) {
        const value = operand.evaluate(lookup);
        if (value === undefined) return undefined;
        numbers.push(Number(value));
      }
      return compute(numbers);
    },
  });
}

function withViolation(term: Omit<Term, 'violation'>): Term {
  return { ...term, violation: (lookup) => (isTrue(term.evaluate(lookup)) === false ? 1 : 0) };
}
