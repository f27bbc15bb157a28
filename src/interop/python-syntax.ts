/** An expression of Python's, as far as values and conditions of tuning problems use it. */
export type Node =
  | { readonly kind: 'constant'; readonly value: number | string | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'negate' | 'invert' | 'not'; readonly operand: Node }
  | { readonly kind: 'logic'; readonly operator: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'arithmetic'; readonly operator: string; readonly left: Node; readonly right: Node }
  /** A chain: every operator between two neighbours. */
  | { readonly kind: 'compare'; readonly operators: readonly string[]; readonly operands: readonly Node[] }
  | { readonly kind: 'choice'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'item'; readonly list: Node; readonly at: Node }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Node[] }
  | {
      readonly kind: 'comprehension';
      readonly element: Node;
      readonly loops: readonly {
        readonly names: readonly string[];
        readonly over: Node;
        readonly conditions: readonly Node[];
      }[];
    };

type Fail = (reason: string) => never;

const TOKEN =
  /\s*(?:(?<number>0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<word>[A-Za-z_]\w*(?:\.\w+)*)|(?<mark>\*\*|\/\/|<<|>>|[=!<>]=|[-+*/%<>()[\]{},&|^~]))/y;
const WORDS: readonly string[] = ['and', 'or', 'not', 'in', 'if', 'else', 'for', 'is', 'lambda'];
const CONSTANTS: { readonly [name: string]: boolean | null } = { True: true, False: false, None: null };
const COMPARISONS: readonly string[] = ['==', '!=', '<=', '>=', '<', '>', 'in', 'not in'];
/** Operators of one strength, from the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '//', '%']];
const DEEPEST = 200;

type Token = { readonly kind: 'number' | 'text' | 'word' | 'mark' | 'end'; readonly text: string };

function tokenize(text: string, fail: Fail): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (const end = text.trimEnd().length; TOKEN.lastIndex < end; ) {
    const start = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups ?? fail(`cannot read it from "${text.slice(start).trim()}" on`);
    const [kind, found] = Object.entries(groups).find(([, match]) => match !== undefined) as [Token['kind'], string];
    if (kind === 'word' && /['"]/.test(text[TOKEN.lastIndex] ?? '') && /^[fFrRbBuU]{1,2}$/.test(found)) {
      fail(`texts with a letter before them, such as ${found}"…", are not read`);
    }
    tokens.push({ kind, text: found });
  }
  return [...tokens, { kind: 'end', text: 'the end' }];
}

/** Parses by recursive descent; `fail` is called with the reason for what is not understood. */
export function parsePython(source: string, fail: Fail): Node {
  const tokens = tokenize(source, fail);
  let next = 0;
  let depth = 0;
  const peek = () => tokens[next] as Token;
  const is = (text: string) => peek().text === text && peek().kind !== 'text';
  const accept = (text: string) => is(text) && ++next > 0;
  const expect = (text: string) => accept(text) || fail(`${text} is expected before ${peek().text}`);

  const node = choice();
  if (peek().kind !== 'end') fail(`cannot read it from "${peek().text}" on`);
  return node;

  function choice(): Node {
    if (++depth > DEEPEST) fail('it is too deeply nested');
    const then = disjunction();
    depth--;
    if (!accept('if')) return then;
    const condition = disjunction();
    expect('else');
    return { kind: 'choice', condition, then, otherwise: choice() };
  }

  function disjunction(): Node {
    let left = conjunction();
    while (accept('or')) left = { kind: 'logic', operator: 'or', left, right: conjunction() };
    return left;
  }

  function conjunction(): Node {
    let left = negation();
    while (accept('and')) left = { kind: 'logic', operator: 'and', left, right: negation() };
    return left;
  }

  function negation(): Node {
    if (++depth > DEEPEST) fail('it is too deeply nested');
    const node: Node = accept('not') ? { kind: 'not', operand: negation() } : comparison();
    depth--;
    return node;
  }

  function comparison(): Node {
    const operands = [arithmetic(0)];
    const operators: string[] = [];
    for (;;) {
      const isNotIn = is('not') && tokens[next + 1]?.text === 'in';
      const operator = isNotIn ? 'not in' : peek().kind === 'text' ? '' : peek().text;
      if (!COMPARISONS.includes(operator)) break;
      next += isNotIn ? 2 : 1;
      operators.push(operator);
      operands.push(arithmetic(0));
    }
    return operators.length === 0 ? (operands[0] as Node) : { kind: 'compare', operators, operands };
  }

  function arithmetic(level: number): Node {
    const operators = LEVELS[level];
    if (operators === undefined) return sign();
    let left = arithmetic(level + 1);
    while (peek().kind === 'mark' && operators.includes(peek().text)) {
      const operator = peek().text;
      next++;
      left = { kind: 'arithmetic', operator, left, right: arithmetic(level + 1) };
    }
    return left;
  }

  function sign(): Node {
    if (++depth > DEEPEST) fail('it is too deeply nested');
    const node: Node = accept('-')
      ? { kind: 'negate', operand: sign() }
      : accept('~')
        ? { kind: 'invert', operand: sign() }
        : accept('+')
          ? sign()
          : power();
    depth--;
    return node;
  }

  /** Binds tighter than a sign before it and looser than one behind it, and to the right. */
  function power(): Node {
    let left = atom();
    while (accept('[')) {
      left = { kind: 'item', list: left, at: choice() };
      expect(']');
    }
    return accept('**') ? { kind: 'arithmetic', operator: '**', left, right: sign() } : left;
  }

  function atom(): Node {
    const token = peek();
    next++;
    if (token.kind === 'number') return { kind: 'constant', value: Number(token.text.replaceAll('_', '')) };
    if (token.kind === 'text') return { kind: 'constant', value: token.text.slice(1, -1).replace(/\\(.)/g, '$1') };
    if (token.kind === 'word' && !WORDS.includes(token.text)) {
      if (token.text in CONSTANTS) return { kind: 'constant', value: CONSTANTS[token.text] as boolean | null };
      return accept('(') ? called(token.text) : { kind: 'name', name: token.text };
    }
    if (token.text === '(') return bracketed(')');
    if (token.text === '[') return bracketed(']');
    if (token.text === '{') return bracketed('}');
    return fail(token.kind === 'end' ? 'it ends too early' : `"${token.text}" is not expected there`);
  }

  function called(name: string): Node {
    const inner = bracketed(')', true) as Node & { readonly kind: 'list' | 'comprehension' };
    return { kind: 'call', name, operands: inner.kind === 'comprehension' ? [inner] : inner.items };
  }

  /** A list, a tuple, a set, a comprehension; what is in round brackets without a comma is only itself. */
  function bracketed(closing: string, isList = closing !== ')'): Node {
    if (accept(closing)) return { kind: 'list', items: [] };
    const first = choice();
    if (is('for')) {
      const loops = [];
      while (accept('for')) loops.push(loop());
      expect(closing);
      return { kind: 'comprehension', element: first, loops };
    }
    const items = [first];
    let commas = 0;
    while (accept(',')) {
      commas++;
      if (is(closing)) break;
      items.push(choice());
    }
    expect(closing);
    return isList || commas > 0 ? { kind: 'list', items } : first;
  }

  function loop() {
    const bracket = accept('(');
    const names: string[] = [];
    do {
      if (peek().kind !== 'word' || WORDS.includes(peek().text)) fail('a name is expected after "for"');
      names.push(peek().text);
      next++;
    } while (accept(','));
    if (bracket) expect(')');
    expect('in');
    const over = disjunction();
    const conditions: Node[] = [];
    while (accept('if')) conditions.push(disjunction());
    return { names, over, conditions };
  }
}
