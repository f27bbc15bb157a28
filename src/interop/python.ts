import { floorDivide, modulo } from '../search-space/terms.js';
import { type Node, parsePython } from './python-syntax.js';

export type PythonValue = number | string | boolean | null | readonly PythonValue[];
type Fail = (reason: string) => never;
type Scope = { readonly [name: string]: PythonValue };

/** Longer lists are a mistake, or meant to fill the memory. */
const LONGEST = 1_000_000;

/**
 * The value of an expression of Python's that needs no names: numbers, texts, lists, tuples, ranges, comprehensions,
 * arithmetic and the functions below. Nothing is executed as code. Integers are exact up to 2^53 and refused beyond.
 *
 * @param fail called with the reason for what cannot be read or evaluated.
 */
export function evaluatePython(text: string, fail: Fail): PythonValue {
  return evaluateNode(parsePython(text, fail), fail);
}

/** The same for what has been parsed, with the values of the names in it. */
export const evaluateNode = (node: Node, fail: Fail, scope: Scope = {}): PythonValue => evaluate(node, scope, fail);

const ARITHMETIC: { readonly [operator: string]: (a: number, b: number) => number } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': floorDivide,
  '%': modulo,
  '**': (a, b) => a ** b,
  '<<': (a, b) => a * 2 ** b,
  '>>': (a, b) => floorDivide(a, 2 ** b),
  '&': (a, b) => Number(BigInt(a) & BigInt(b)),
  '|': (a, b) => Number(BigInt(a) | BigInt(b)),
  '^': (a, b) => Number(BigInt(a) ^ BigInt(b)),
};
/** Of whole numbers alone. */
const BITWISE: readonly string[] = ['<<', '>>', '&', '|', '^'];
const DIVISIONS: readonly string[] = ['/', '//', '%'];

function evaluate(node: Node, scope: Scope, fail: Fail): PythonValue {
  const own = (inner: Node) => evaluate(inner, scope, fail);
  const number = (inner: Node) => numberOf(own(inner), fail);
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'name':
      return Object.hasOwn(scope, node.name) ? (scope[node.name] as PythonValue) : fail(`"${node.name}" has no value`);
    case 'list':
      return node.items.map(own);
    case 'negate':
      return 0 - number(node.operand);
    case 'invert': {
      const value = number(node.operand);
      return Number.isInteger(value) ? -value - 1 : fail('~ needs a whole number');
    }
    case 'not':
      return !isTrue(own(node.operand));
    case 'logic': {
      const left = own(node.left);
      return isTrue(left) === (node.operator === 'or') ? left : own(node.right);
    }
    case 'choice':
      return own(isTrue(own(node.condition)) ? node.then : node.otherwise);
    case 'compare':
      return node.operators.every((operator, i) =>
        compare(operator, own(node.operands[i]!), own(node.operands[i + 1]!), fail),
      );
    case 'arithmetic': {
      const [left, right] = [own(node.left), own(node.right)];
      if (node.operator === '+' && Array.isArray(left) && Array.isArray(right))
        return bounded([...left, ...right], fail);
      if (node.operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
      if (node.operator === '*' && Array.isArray(left)) return repeat(left, numberOf(right, fail), fail);
      const [a, b] = [numberOf(left, fail), numberOf(right, fail)];
      if (BITWISE.includes(node.operator) && !(Number.isInteger(a) && Number.isInteger(b))) {
        return fail(`${node.operator} needs whole numbers`);
      }
      if ((node.operator === '<<' || node.operator === '>>') && b < 0) return fail('it shifts by a negative number');
      // Of two truths Python makes a truth.
      if (typeof left === 'boolean' && typeof right === 'boolean' && '&|^'.includes(node.operator)) {
        return node.operator === '&' ? left && right : node.operator === '|' ? left || right : left !== right;
      }
      if (b === 0 && DIVISIONS.includes(node.operator)) return fail('it divides by zero');
      return known(ARITHMETIC[node.operator]!(a, b), fail);
    }
    case 'item': {
      const [list, at] = [own(node.list), number(node.at)];
      if (!Array.isArray(list)) return fail('what is indexed is no list');
      return (list.at(at) as PythonValue | undefined) ?? fail('an index is outside its list');
    }
    case 'comprehension':
      return comprehend(node, 0, scope, [], fail);
    case 'call': {
      const dot = node.name.lastIndexOf('.');
      const object =
        dot > 0 && Object.hasOwn(scope, node.name.slice(0, dot)) ? scope[node.name.slice(0, dot)] : undefined;
      const operands = node.operands.map(own);
      if (typeof object === 'string') return callOfText(object, node.name.slice(dot + 1), operands, fail);
      return call(node.name, operands, fail);
    }
  }
}

function comprehend(
  node: Node & { kind: 'comprehension' },
  depth: number,
  scope: Scope,
  found: PythonValue[],
  fail: Fail,
): PythonValue[] {
  const loop = node.loops[depth];
  if (loop === undefined) {
    found.push(evaluate(node.element, scope, fail));
    return bounded(found, fail);
  }
  const over = evaluate(loop.over, scope, fail);
  const items = typeof over === 'string' ? [...over] : over;
  if (!Array.isArray(items)) return fail('a comprehension goes over no list');
  for (const item of items as readonly PythonValue[]) {
    const parts = loop.names.length === 1 ? [item] : Array.isArray(item) ? item : fail('a value cannot be taken apart');
    if (parts.length !== loop.names.length) return fail('a value has other parts than there are names');
    const inner = { ...scope, ...Object.fromEntries(loop.names.map((name, i) => [name, parts[i] as PythonValue])) };
    if (loop.conditions.every((condition) => isTrue(evaluate(condition, inner, fail)))) {
      comprehend(node, depth + 1, inner, found, fail);
    }
  }
  return found;
}

function call(name: string, operands: readonly PythonValue[], fail: Fail): PythonValue {
  const [first] = operands;
  const numbers = () => {
    const list = operands.length === 1 && Array.isArray(first) ? first : operands;
    return (list as readonly PythonValue[]).map((value) => numberOf(value, fail));
  };
  const one = (value: PythonValue = first ?? null) => numberOf(value, fail);
  const list = () => (Array.isArray(first) ? (first as readonly PythonValue[]) : fail(`${name} needs a list`));
  switch (name) {
    case 'range': {
      const [from, to, step = 1] = operands.length === 1 ? [0, ...numbers()] : numbers();
      if (step === 0) return fail('a range has a step of 0');
      const length = Math.max(0, Math.ceil((to! - from!) / step));
      if (length > LONGEST) return fail('a range is too long');
      return Array.from({ length }, (_, i) => from! + i * step);
    }
    case 'list':
    case 'tuple':
    case 'set':
      return operands.length === 0 ? [] : [...list()];
    case 'sorted':
      return numbers().sort((a, b) => a - b);
    case 'len':
      return typeof first === 'string' ? first.length : list().length;
    case 'min':
      return Math.min(...numbers());
    case 'max':
      return Math.max(...numbers());
    case 'sum':
      return list().reduce<number>((sum, value) => sum + numberOf(value, fail), 0);
    case 'any':
      return list().some(isTrue);
    case 'all':
      return list().every(isTrue);
    case 'abs':
      return Math.abs(one());
    case 'int':
      return Math.trunc(typeof first === 'string' && /^\s*[-+]?\d{1,15}\s*$/.test(first) ? Number(first) : one());
    case 'round':
      return round(one(), one(operands[1] ?? 0), fail);
    case 'pow':
      return known(one() ** one(operands[1]), fail);
    case 'math.floor':
      return Math.floor(one());
    case 'math.ceil':
      return Math.ceil(one());
    case 'math.sqrt':
      return known(Math.sqrt(one()), fail);
    case 'math.log2':
      return known(Math.log2(one()), fail);
    case 'math.prod':
      return known(
        numbers().reduce((product, value) => product * value, 1),
        fail,
      );
    case 'float':
      return one();
    case 'bool':
      return isTrue(first ?? null);
    case 'str':
      return typeof first === 'string' ? first : fail('str is known for texts alone');
    default:
      return fail(`the function ${name} is not known here`);
  }
}

/** Methods of texts. */
function callOfText(text: string, name: string, operands: readonly PythonValue[], fail: Fail): PythonValue {
  const [first] = operands;
  const isAscii = /^[ -~]*$/.test(text);
  if (operands.length === 1 && typeof first === 'string') {
    if (name === 'startswith') return text.startsWith(first);
    if (name === 'endswith') return text.endsWith(first);
    if (name === 'count' && first !== '') return text.split(first).length - 1;
  }
  if (operands.length === 0 && isAscii) {
    if (name === 'lower') return text.toLowerCase();
    if (name === 'upper') return text.toUpperCase();
    if (name === 'strip') return text.trim();
    if (name === 'isdigit') return /^\d+$/.test(text);
  }
  return fail(`the method ${name} of a text is not known here`);
}

/** A result that is the same number in Python. */
function known(value: number, fail: Fail): number {
  if (Number.isNaN(value)) return fail('a number in it is not defined');
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    return fail('a number in it is too large');
  }
  // Whole numbers of Python have no negative zero.
  return value + 0;
}

/** To so many decimals of the number's exact value, halves to the even digit. */
function round(value: number, digits: number, fail: Fail): number {
  if (!Number.isInteger(digits) || digits < 0 || digits > 15) return fail('round is known for 0 to 15 decimals');
  if (Number.isInteger(value)) return value;
  const exact = value.toFixed(100);
  const cut = exact.slice(0, exact.indexOf('.') + 1 + digits);
  const isHalf = /^50*$/.test(exact.slice(cut.length));
  return Number(isHalf && /[02468]\.?$/.test(cut) ? cut : value.toFixed(digits)) + 0;
}

/** What Python takes for true. */
export const isTrue = (value: PythonValue): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== null && value !== false && value !== 0 && value !== '';

function numberOf(value: PythonValue, fail: Fail): number {
  if (typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : fail(`${JSON.stringify(value)} is used as a number`);
}

function compare(operator: string, left: PythonValue, right: PythonValue, fail: Fail): boolean {
  if (operator === 'in' || operator === 'not in') {
    if (typeof right === 'string' && typeof left === 'string') return right.includes(left) === (operator === 'in');
    if (!Array.isArray(right)) return fail(`${operator} needs a list`);
    return (right as readonly PythonValue[]).some((item) => equal(left, item)) === (operator === 'in');
  }
  if (operator === '==' || operator === '!=') return equal(left, right) === (operator === '==');
  const texts = typeof left === 'string' && typeof right === 'string';
  const [a, b] = texts ? [left, right] : [numberOf(left, fail), numberOf(right, fail)];
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
}

function equal(left: PythonValue, right: PythonValue): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, i) => equal(value, right[i] as PythonValue));
  }
  const plain = (value: PythonValue) => (typeof value === 'boolean' ? Number(value) : value);
  return plain(left) === plain(right);
}

function repeat(list: readonly PythonValue[], times: number, fail: Fail): PythonValue[] {
  if (list.length * times > LONGEST) return fail('a list is too long');
  return Array.from({ length: Math.max(0, times) }, () => list).flat();
}

function bounded<T>(list: T[], fail: Fail): T[] {
  return list.length > LONGEST ? fail('a list is too long') : list;
}
