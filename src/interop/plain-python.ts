import type { Node } from './python-syntax.js';

type Fail = (reason: string) => never;

/** Whether a node's value is a truth, and not a number that counts as one. */
export const isTruth = (node: Node): boolean =>
  node.kind === 'compare' ||
  node.kind === 'not' ||
  (node.kind === 'constant' && typeof node.value === 'boolean') ||
  (node.kind === 'logic' && isTruth(node.left) && isTruth(node.right)) ||
  (node.kind === 'choice' && isTruth(node.then) && isTruth(node.otherwise));

const number = (value: number): Node => ({ kind: 'constant', value });
const arithmetic = (operator: string, left: Node, right: Node): Node => ({ kind: 'arithmetic', operator, left, right });
const not = (operand: Node): Node => ({ kind: 'not', operand });
const choice = (condition: Node, then: Node, otherwise: Node): Node => ({ kind: 'choice', condition, then, otherwise });
const logic = (operator: 'and' | 'or', left: Node, right: Node): Node => ({ kind: 'logic', operator, left, right });
/** A number that counts as a truth, as one. */
const truth = (node: Node): Node => (isTruth(node) ? node : not(not(node)));
/** A truth as the number that it counts as. */
const counted = (node: Node): Node => (isTruth(node) ? choice(node, number(1), number(0)) : node);
const floor = (of: Node): Node => arithmetic('//', of, number(1));
const ceil = (of: Node): Node => ({ kind: 'negate', operand: floor({ kind: 'negate', operand: of }) });

/** `x & 7` is the remainder by 8, of negative numbers too; undefined for other numbers than 1, 3, 7 … */
function lastBits({ operator, left, right }: Node & { kind: 'arithmetic' }): Node | undefined {
  const [mask, other] = left.kind === 'constant' ? [left, right] : [right, left];
  if (operator !== '&' || mask.kind !== 'constant' || typeof mask.value !== 'number') return undefined;
  const parts = mask.value + 1;
  return parts > 0 && Number.isInteger(Math.log2(parts)) ? arithmetic('%', counted(other), number(parts)) : undefined;
}

/** Texts that a condition may grow to: a generator in a generator multiplies. */
const MOST_NODES = 10_000;

/**
 * The same condition in fewer words: functions, comprehensions over lists, bits of conditions and items of lists are written
 * out in arithmetic, comparisons, logic and choices.
 */
export function plainPython(root: Node, fail: Fail): Node {
  let nodes = 0;
  return plain(root);

  function plain(given: Node): Node {
    if (++nodes > MOST_NODES) fail('it is too long when written out');
    const node = mapParts(given, plain);
    if (node.kind === 'invert') return arithmetic('-', { kind: 'negate', operand: node.operand }, number(1));
    if (node.kind === 'arithmetic' && '&|^'.includes(node.operator)) {
      const { operator, left, right } = node;
      if (!isTruth(left) || !isTruth(right)) {
        return lastBits(node) ?? fail(`${operator} of numbers has no counterpart here but with 1, 3, 7 …`);
      }
      if (operator !== '^') return logic(operator === '&' ? 'and' : 'or', left, right);
      return { kind: 'compare', operators: ['!='], operands: [left, right] };
    }
    if (node.kind === 'item' && node.list.kind === 'list' && node.at.kind === 'constant') {
      return node.list.items.at(Number(node.at.value)) ?? fail('an index is outside its list');
    }
    return node.kind === 'call' ? (plainCall(node.name, node.operands) ?? node) : node;
  }

  function plainCall(name: string, operands: readonly Node[]): Node | undefined {
    const [first, second] = operands;
    const isOne = operands.length === 1 && first !== undefined;
    const items = () => (isOne ? itemsOf(first) : undefined);
    switch (name) {
      case 'any':
      case 'all': {
        const [operator, none] = name === 'any' ? (['or', false] as const) : (['and', true] as const);
        return items()
          ?.map(truth)
          .reduce((left, right) => logic(operator, left, right), truth({ kind: 'constant', value: none }));
      }
      case 'sum':
        return items()?.reduce((left, right) => arithmetic('+', left, counted(right)), number(0));
      case 'math.prod':
      case 'prod':
        return items()?.reduce((left, right) => arithmetic('*', left, right), number(1));
      case 'min':
      case 'max': {
        const listed = items();
        return listed === undefined ? undefined : { kind: 'call', name, operands: listed };
      }
      case 'len': {
        const listed = items();
        return listed === undefined ? undefined : number(listed.length);
      }
      case 'pow':
        return operands.length === 2 ? arithmetic('**', first!, second!) : undefined;
      case 'math.floor':
      case 'floor':
        return isOne ? floor(first) : undefined;
      case 'math.ceil':
      case 'ceil':
        return isOne ? ceil(first) : undefined;
      case 'round': {
        if (!isOne) return undefined;
        if (isTruth(first)) return counted(first);
        // To the nearest, halves to the even one; what is beyond the floor is exact where a half added would not be.
        const low = floor(first);
        const beyond = (operator: string): Node => ({
          kind: 'compare',
          operators: [operator],
          operands: [arithmetic('-', first, low), number(0.5)],
        });
        const even = arithmetic('+', low, arithmetic('%', low, number(2)));
        return choice(beyond('>'), arithmetic('+', low, number(1)), choice(beyond('<'), low, even));
      }
      case 'int': {
        if (!isOne) return undefined;
        if (isTruth(first)) return counted(first);
        // Towards zero.
        const condition: Node = { kind: 'compare', operators: ['>='], operands: [first, number(0)] };
        return choice(condition, floor(first), ceil(first));
      }
      default:
        return undefined;
    }
  }

  /** Of a list, or of a comprehension over lists without a condition. */
  function itemsOf(node: Node): readonly Node[] | undefined {
    if (node.kind === 'list') return node.items;
    if (node.kind !== 'comprehension') return undefined;
    let elements: readonly Node[] = [node.element];
    // The innermost loop first: what it goes over may hold names of those around it.
    for (const { names, over, conditions } of node.loops.toReversed()) {
      const [name] = names;
      if (name === undefined || names.length > 1 || conditions.length > 0 || over.kind !== 'list') return undefined;
      elements = over.items.flatMap((item) => elements.map((element) => replaced(element, name, item)));
      if (elements.length > MOST_NODES) fail('it is too long when written out');
    }
    return elements.map(plain);
  }
}

const replaced = (node: Node, name: string, by: Node): Node =>
  node.kind === 'name' && node.name === name ? by : mapParts(node, (part) => replaced(part, name, by));

/** Every one doubles the text. */
const MOST_CHOICES = 6;

/**
 * A comparison or a number in which a choice is a value, as a choice between two without it; undefined where there is none.
 * `a or b` of numbers is a choice, too.
 */
export function liftChoice(node: Node, fail: Fail): Node | undefined {
  const found = partsOf(node).flatMap(choicesIn);
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length > MOST_CHOICES) fail('it has too many choices in one comparison');
  const { source, condition, then, otherwise } = first;
  const withSide =
    (side: Node) =>
    (part: Node): Node =>
      part === source ? side : mapParts(part, withSide(side));
  return choice(condition, withSide(then)(node), withSide(otherwise)(node));
}

interface Choice {
  /** The node that it is, or stands for. */
  readonly source: Node;
  readonly condition: Node;
  readonly then: Node;
  readonly otherwise: Node;
}

/** Those inside of truths are theirs. */
function choicesIn(node: Node): readonly Choice[] {
  if (node.kind === 'choice') return [{ ...node, source: node }];
  if (isTruth(node)) return [];
  if (node.kind !== 'logic') return partsOf(node).flatMap(choicesIn);
  const { operator, left, right } = node;
  const [then, otherwise] = operator === 'or' ? [left, right] : [right, left];
  return [{ source: node, condition: left, then, otherwise }];
}

function partsOf(node: Node): readonly Node[] {
  const parts: Node[] = [];
  mapParts(node, (part) => {
    parts.push(part);
    return part;
  });
  return parts;
}

/** With everything that stands directly in it changed. */
function mapParts(node: Node, change: (part: Node) => Node): Node {
  switch (node.kind) {
    case 'constant':
    case 'name':
      return node;
    case 'list':
      return { ...node, items: node.items.map(change) };
    case 'negate':
    case 'invert':
    case 'not':
      return { ...node, operand: change(node.operand) };
    case 'logic':
    case 'arithmetic':
      return { ...node, left: change(node.left), right: change(node.right) };
    case 'compare':
    case 'call':
      return { ...node, operands: node.operands.map(change) };
    case 'choice':
      return choice(change(node.condition), change(node.then), change(node.otherwise));
    case 'item':
      return { ...node, list: change(node.list), at: change(node.at) };
    case 'comprehension':
      return {
        ...node,
        element: change(node.element),
        loops: node.loops.map((loop) => ({
          ...loop,
          over: change(loop.over),
          conditions: loop.conditions.map(change),
        })),
      };
  }
}
