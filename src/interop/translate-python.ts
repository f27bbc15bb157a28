import { isTruth, liftChoice, plainPython } from './plain-python.js';
import { evaluateNode, isTrue, type PythonValue } from './python.js';
import { type Node, parsePython } from './python-syntax.js';

type Fail = (reason: string) => never;

/**
 * A condition of Python's as an expression of a search space: logic, chains of comparisons, `in` lists, tuples and ranges,
 * `//` and `%` with Python's sign, choices (`a if c else b`), `any`, `all` and `sum` of lists and comprehensions over lists,
 * `&`, `|` and `^` of conditions, `&` of a number with 1, 3, 7 …, and the functions that `plainPython` knows. What else Python knows is refused.
 */
export function translatePython(text: string, fail: Fail): string {
  return conditionOf(plainPython(parsePython(text, fail), fail), fail);
}

/** As a truth. */
function conditionOf(node: Node, fail: Fail): string {
  const own = (inner: Node) => conditionOf(inner, fail);
  switch (node.kind) {
    case 'constant':
      return String(isTrue(node.value));
    case 'not':
      return `!(${own(node.operand)})`;
    case 'logic':
      return [node.left, node.right]
        .map((side) => (side.kind === 'logic' && side.operator !== node.operator ? `(${own(side)})` : own(side)))
        .join(node.operator === 'or' ? ' || ' : ' && ');
    case 'choice': {
      const [condition, then, otherwise] = [node.condition, node.then, node.otherwise].map(own);
      return `((${condition}) && (${then}) || !(${condition}) && (${otherwise}))`;
    }
    case 'compare': {
      const lifted = liftChoice(node, fail);
      if (lifted !== undefined) return own(lifted);
      const links = node.operators.map((operator, i) =>
        linkOf(operator, node.operands[i]!, node.operands[i + 1]!, fail),
      );
      return links.length === 1 ? links[0]! : `(${links.map((link) => `(${link})`).join(' && ')})`;
    }
    case 'call':
      if (node.name === 'bool' && node.operands.length === 1) return own(node.operands[0]!);
      return numberText(node, fail);
    default: {
      const lifted = liftChoice(node, fail);
      return lifted === undefined ? numberText(node, fail) : own(lifted);
    }
  }
}

/** One comparison. */
function linkOf(operator: string, left: Node, right: Node, fail: Fail): string {
  if (operator === 'in' || operator === 'not in') {
    const items = right.kind === 'list' ? right.items : itemsOf(evaluateNode(right, fail), fail);
    // Python's True is 1, which a list after "in" tells apart.
    const isPlain = items.every((item) => item.kind === 'constant' && isFarFromTruth(item.value));
    const inside = isPlain
      ? `${operand(left, fail)} in [${items.map((item) => valueText(item, fail)).join(', ')}]`
      : `(${items.map((item) => `(${linkOf('==', left, item, fail)})`).join(' || ')})`;
    if (items.length === 0) return String(operator === 'not in');
    return operator === 'in' ? inside : `!(${inside})`;
  }
  if ((operator === '==' || operator === '!=') && isTruth(left) && isTruth(right)) {
    const [a, b] = [conditionOf(left, fail), conditionOf(right, fail)];
    if (left.kind !== 'constant' && right.kind !== 'constant') {
      const same = `((${a}) && (${b}) || !(${a}) && !(${b}))`;
      return operator === '==' ? same : `!(${same})`;
    }
  }
  return `${operand(left, fail)} ${operator} ${operand(right, fail)}`;
}

const isFarFromTruth = (value: PythonValue) =>
  typeof value === 'string' || (typeof value === 'number' && value !== 0 && value !== 1);

const itemsOf = (value: PythonValue, fail: Fail): readonly Node[] =>
  Array.isArray(value)
    ? (value as readonly PythonValue[]).map(
        (item): Node =>
          Array.isArray(item)
            ? fail('a list in a list has no counterpart here')
            : { kind: 'constant', value: item as number },
      )
    : fail('"in" needs a list');

const operand = (node: Node, fail: Fail): string => {
  const text = valueText(node, fail);
  return node.kind === 'compare' || node.kind === 'logic' || node.kind === 'not' ? `(${text})` : text;
};

/** As a value: what is compared or calculated with. */
function valueText(node: Node, fail: Fail): string {
  if (node.kind === 'constant') {
    if (node.value === null) return fail('None has no counterpart here');
    return typeof node.value === 'string' ? `'${node.value.replace(/[\\']/g, '\\$&')}'` : String(node.value);
  }
  if (isTruth(node)) return conditionOf(node, fail);
  return numberText(node, fail);
}

const FUNCTIONS: readonly string[] = ['min', 'max', 'abs'];
const CALLED: { readonly [operator: string]: string } = { '//': 'floordiv', '%': 'mod' };

function numberText(node: Node, fail: Fail): string {
  const inner = (part: Node): string => {
    const text = valueText(part, fail);
    const isWhole = part.kind === 'name' || part.kind === 'call' || (part.kind === 'constant' && !text.startsWith('-'));
    return isWhole || (part.kind === 'arithmetic' && part.operator in CALLED) ? text : `(${text})`;
  };
  switch (node.kind) {
    case 'name':
      return node.name;
    case 'constant':
      return valueText(node, fail);
    case 'negate':
      return `-${inner(node.operand)}`;
    case 'arithmetic': {
      const { operator, left, right } = node;
      const called = CALLED[operator];
      if (called !== undefined) return `${called}(${valueText(left, fail)}, ${valueText(right, fail)})`;
      if (operator === '<<' || operator === '>>') {
        const power = `2 ** ${inner(right)}`;
        return operator === '<<' ? `${inner(left)} * ${power}` : `floordiv(${valueText(left, fail)}, ${power})`;
      }
      return `${inner(left)} ${operator} ${inner(right)}`;
    }
    case 'call': {
      const { name, operands } = node;
      const [first] = operands;
      const items = operands.length === 1 && first?.kind === 'list' ? first.items : operands;
      if (FUNCTIONS.includes(name)) return `${name}(${items.map((item) => valueText(item, fail)).join(', ')})`;
      if (name === 'float' && first !== undefined) return valueText(first, fail);
      return fail(`the function ${name} has no counterpart here`);
    }
    case 'logic':
      return fail(`what "${node.operator}" gives is used as a number`);
    default:
      return fail('it is more than a condition can say here');
  }
}
