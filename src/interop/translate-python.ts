type Fail = (reason: string) => never;

const TOKEN =
  /\s*(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|'[^']*'|"[^"]*"|[A-Za-z_][\w.]*|\*\*|\/\/|[=!<>]=|[-+*/%<>()[\],])/y;
const COMPARISONS: readonly string[] = ['==', '!=', '<=', '>=', '<', '>', 'in'];
const CLOSING: { readonly [opening: string]: string } = { '(': ')', '[': ']' };
const NAMES: { readonly [name: string]: string } = { True: 'true', False: 'false' };

/**
 * A condition in Python as an expression of a search space: `and`, `or`, `not`, chains of comparisons (`1 <= a < b`),
 * lists after `in`. What else Python knows is refused, or left for the expression's own parser to refuse.
 */
export function translatePython(text: string, fail: Fail): string {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (const end = text.trimEnd().length; TOKEN.lastIndex < end; ) {
    const start = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1] ?? fail(`cannot read it from "${text.slice(start)}" on`);
    if (token === '//') fail('// has no counterpart here');
    tokens.push(NAMES[token] ?? token);
  }
  return translate(tokens, fail);
}

function translate(tokens: readonly string[], fail: Fail): string {
  for (const [word, operator] of [
    ['or', ' || '],
    ['and', ' && '],
  ] as const) {
    const { pieces } = split(tokens, [word], fail);
    if (pieces.length > 1) return pieces.map((piece) => translate(piece, fail)).join(operator);
  }
  if (tokens[0] === 'not') return `!(${translate(tokens.slice(1), fail)})`;
  if (tokens.includes('not')) fail('"not" may only stand before a whole condition');
  const { pieces, at } = split(tokens, COMPARISONS, fail);
  const sides = pieces.map((piece) => arithmetic(piece, fail));
  if (sides.length === 1) return sides[0]!;
  return at.map((operator, i) => `${sides[i]} ${operator} ${sides[i + 1]}`).join(' && ');
}

/** What is within brackets is translated for itself. */
function arithmetic(tokens: readonly string[], fail: Fail): string {
  const written: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const closing = CLOSING[tokens[i]!];
    if (closing === undefined) {
      written.push(tokens[i]!);
      continue;
    }
    const end = endOf(tokens, i, fail);
    const { pieces } = split(tokens.slice(i + 1, end), [','], fail);
    written.push(`${tokens[i]}${pieces.map((piece) => translate(piece, fail)).join(', ')}${closing}`);
    i = end;
  }
  return written.join(' ');
}

/** Cuts at those of the marks that lie outside all brackets. */
function split(tokens: readonly string[], marks: readonly string[], fail: Fail) {
  const pieces: string[][] = [[]];
  const at: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (marks.includes(tokens[i]!)) {
      at.push(tokens[i]!);
      pieces.push([]);
      continue;
    }
    const end = tokens[i]! in CLOSING ? endOf(tokens, i, fail) : i;
    pieces.at(-1)!.push(...tokens.slice(i, end + 1));
    i = end;
  }
  return { pieces, at };
}

/** The position of the bracket that closes the one at `start`. */
function endOf(tokens: readonly string[], start: number, fail: Fail): number {
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    if (tokens[i] === '(' || tokens[i] === '[') depth++;
    if ((tokens[i] === ')' || tokens[i] === ']') && --depth === 0) return i;
  }
  return fail('a bracket is not closed');
}
