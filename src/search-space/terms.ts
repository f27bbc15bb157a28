import type { Value } from '../core/space.js';

/** What an expression is evaluated in: a value for each identifier, or undefined while it has none. */
export type Lookup = (identifier: string) => Value | undefined;

/** One part of an expression. Evaluation is three-valued: undefined means "not known", and only what needs it is unknown. */
export interface Term {
  readonly kind: 'number' | 'string' | 'boolean' | 'any';
  evaluate(lookup: Lookup): Value | undefined;
  /** How far it is from holding: 0 when it holds or is unknown; comparisons of numbers say by how much they fail. */
  violation(lookup: Lookup): number;
  /** Of a text that stands there. */
  readonly text?: string;
  /** Of an identifier. */
  readonly name?: string;
  /** The numbers that a comparison compares, for messages about what was seen. */
  readonly sides?: readonly [Term, Term];
}

type Compute = (a: number, b: number) => number;

/** What is left by `floorDivide`: of the divisor's sign, where `%` keeps the dividend's. */
export const modulo: Compute = (a, b) => {
  const left = a % b;
  return left !== 0 && left < 0 !== b < 0 ? left + b : left;
};

/** The quotient rounded down; exact for whole numbers, and for others what Python's `//` gives. */
export const floorDivide: Compute = (a, b) => {
  const quotient = (a - modulo(a, b)) / b;
  return Number.isInteger(a) && Number.isInteger(b) ? quotient : Math.floor(quotient + 0.5);
};

/** Functions of one number or more, from the first to the last. */
const FOLDS: ReadonlyMap<string, Compute> = new Map([
  ['min', (a, b) => Math.min(a, b)],
  ['max', (a, b) => Math.max(a, b)],
  ['mod', modulo],
  ['floordiv', floorDivide],
]);
/** How many numbers a function takes that does not take any number of them. */
export const ARITIES: ReadonlyMap<string, number> = new Map([
  ['abs', 1],
  ['mod', 2],
  ['floordiv', 2],
]);
export const isFunction = (name: string) => name === 'abs' || FOLDS.has(name);

const ARITHMETIC: ReadonlyMap<string, Compute> = new Map([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
  ['**', (a, b) => a ** b],
]);

const ORDER: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
  ['>', (a, b) => a > b],
  ['>=', (a, b) => a >= b],
]);

export const isArithmetic = (operator: string) => ARITHMETIC.has(operator);
export const isOrder = (operator: string) => ORDER.has(operator);
export const isEquality = (operator: string) => operator === '==' || operator === '!=';

/** Numbers count as true unless 0; undefined stays unknown. */
export function isTrue(value: Value | undefined): boolean | undefined {
  return value === undefined ? undefined : value !== false && value !== 0;
}

export function constant(value: number | string | boolean): Term {
  const text = typeof value === 'string' ? { text: value } : {};
  return { ...withViolation({ kind: typeof value as Term['kind'], evaluate: () => value }), ...text };
}

export function identifier(name: string, kind: Term['kind']): Term {
  return { ...withViolation({ kind, evaluate: (lookup) => lookup(name) }), name };
}

export const negate = (operand: Term) => unary(operand, (a) => -a);

export function invert(operand: Term): Term {
  return withViolation({
    kind: 'boolean',
    evaluate: (lookup) => {
      const truth = isTrue(operand.evaluate(lookup));
      return truth === undefined ? undefined : !truth;
    },
  });
}

/** A function of its operands, of which there is one at least. */
export function call(name: string, operands: readonly Term[]): Term {
  const [first, ...others] = operands as [Term, ...Term[]];
  const compute = FOLDS.get(name);
  return compute === undefined
    ? unary(first, Math.abs)
    : chain(
        first,
        others.map((operand) => ({ operand, compute })),
      );
}

export function membership(operand: Term, values: readonly Value[]): Term {
  const members = new Set(values);
  return withViolation({
    kind: 'boolean',
    evaluate: (lookup) => {
      const value = operand.evaluate(lookup);
      return value === undefined ? undefined : members.has(value);
    },
  });
}

/** One step of a run of arithmetic: what is there so far and the operand give the next number. */
interface Step {
  readonly operand: Term;
  readonly compute: Compute;
}

/** The steps of runs that another step may still be added to. */
const runs = new WeakMap<Term, Step[]>();

/**
 * `left operator right` with numbers. Operators that bind alike run from left to right as one list of steps, however
 * long: a sum of 100,000 terms is no tree of that depth.
 */
export function arithmetic(operator: string, left: Term, right: Term): Term {
  const step = { operand: right, compute: ARITHMETIC.get(operator)! };
  const steps = runs.get(left);
  if (steps !== undefined) {
    steps.push(step);
    return left;
  }
  const own = [step];
  const term = chain(left, own);
  runs.set(term, own);
  return term;
}

function unary(operand: Term, compute: (a: number) => number): Term {
  return withViolation({
    kind: 'number',
    evaluate: (lookup) => {
      const value = operand.evaluate(lookup);
      return value === undefined ? undefined : compute(Number(value));
    },
  });
}

function chain(first: Term, steps: readonly Step[]): Term {
  return withViolation({
    kind: 'number',
    evaluate: (lookup) => {
      const start = first.evaluate(lookup);
      if (start === undefined) return undefined;
      let result = Number(start);
      for (const { operand, compute } of steps) {
        const value = operand.evaluate(lookup);
        if (value === undefined) return undefined;
        result = compute(result, Number(value));
      }
      return result;
    },
  });
}

/** Kleene's connectives over any number of parts: what one part settles needs no other. */
export function connective(operator: '&&' | '||', parts: readonly Term[]): Term {
  const settling = operator === '||';
  return {
    kind: 'boolean',
    evaluate: (lookup) => {
      let isKnown = true;
      for (const part of parts) {
        const truth = isTrue(part.evaluate(lookup));
        if (truth === settling) return settling;
        isKnown &&= truth !== undefined;
      }
      return isKnown ? !settling : undefined;
    },
    violation: (lookup) => {
      let total = settling ? Infinity : 0;
      for (const part of parts) {
        const own = part.violation(lookup);
        total = settling ? Math.min(total, own) : total + own;
      }
      return total;
    },
  };
}

export function comparison(operator: string, left: Term, right: Term): Term {
  const order = ORDER.get(operator);
  const equal = (a: Value, b: Value) =>
    typeof a === 'string' || typeof b === 'string' ? a === b : Number(a) === Number(b);
  const holds = (a: Value, b: Value) =>
    order === undefined ? equal(a, b) === (operator === '==') : order(Number(a), Number(b));
  return {
    kind: 'boolean',
    evaluate: (lookup) => {
      const [a, b] = [left.evaluate(lookup), right.evaluate(lookup)];
      return a === undefined || b === undefined ? undefined : holds(a, b);
    },
    sides: [left, right],
    violation: (lookup) => {
      const [a, b] = [left.evaluate(lookup), right.evaluate(lookup)];
      if (a === undefined || b === undefined || holds(a, b)) return 0;
      const gap = Math.abs(Number(a) - Number(b));
      return operator === '!=' || !Number.isFinite(gap) ? 1 : Math.max(gap, Number.EPSILON);
    },
  };
}

function withViolation(term: Omit<Term, 'violation'>): Term {
  return { ...term, violation: (lookup) => (isTrue(term.evaluate(lookup)) === false ? 1 : 0) };
}
