export interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'mark' | 'end';
  readonly text: string;
  /** 0-based offset in the expression. */
  readonly at: number;
}

const PATTERN =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<name>[A-Za-z_]\w*(?:\.\w+)*)|(?<mark>\*\*|[=!<>]=|&&|\|\||[-+*/%<>!()[\],]))/y;

/** The tokens of an expression, closed by an `end`; `fail` is called where a character fits nothing. */
export function tokenize(text: string, fail: (message: string, at: number) => never): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < end) {
    const start = PATTERN.lastIndex;
    const groups = PATTERN.exec(text)?.groups;
    const [kind, found] = Object.entries(groups ?? {}).find(([, match]) => match !== undefined) ?? [];
    if (kind === undefined || found === undefined) {
      const at = start + /^\s*/.exec(text.slice(start))![0].length;
      const hint = { '=': '; equality is ==', '&': '; "and" is &&', '|': '; "or" is ||' }[text[at] ?? ''] ?? '';
      fail(`cannot read ${JSON.stringify(text.slice(at, at + 1))}${hint}`, at);
    }
    tokens.push({ kind: kind as Token['kind'], text: found, at: PATTERN.lastIndex - found.length });
  }
  return [...tokens, { kind: 'end', text: 'the end', at: end }];
}
