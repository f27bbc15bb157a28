/** A value of a JSON text and the offset at which every key or element begins, by its path. */
export interface LocatedJson {
  readonly value: unknown;
  offset(path: readonly PropertyKey[]): number;
}

/** The text is not JSON; `offset` is where reading stopped. */
export class JsonSyntaxError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads JSON and keeps where everything stands, which `JSON.parse` does not tell. A path that is not in the text
 * has the offset of its nearest ancestor.
 *
 * @throws JsonSyntaxError
 */
export function locateJson(text: string): LocatedJson {
  const offsets = new Map<string, number>();
  let at = 0;

  const value = read([]);
  blanks();
  if (at < text.length) fail('nothing may follow the value');
  return {
    value,
    offset: (path) => {
      for (let length = path.length; length > 0; length--) {
        const offset = offsets.get(pathKey(path.slice(0, length)));
        if (offset !== undefined) return offset;
      }
      return offsets.get('') ?? 0;
    },
  };

  function read(path: readonly PropertyKey[]): unknown {
    blanks();
    offsets.set(pathKey(path), at);
    if (text[at] === '{') return readObject(path);
    if (text[at] === '[') return readArray(path);
    const token = /"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|[a-z]+/y;
    token.lastIndex = at;
    const match = token.exec(text)?.[0];
    if (match === undefined)
      fail(at >= text.length ? 'the text ends too early' : `unexpected ${JSON.stringify(text[at])}`);
    try {
      const parsed: unknown = JSON.parse(match);
      at += match.length;
      return parsed;
    } catch {
      fail(`unexpected ${match}`);
    }
  }

  function readObject(path: readonly PropertyKey[]): object {
    const entries: [string, unknown][] = [];
    list('}', () => {
      const start = at;
      const key = text[at] === '"' ? read(['\0key']) : fail('a key in double quotes is expected');
      if (typeof key !== 'string') fail('a key in double quotes is expected');
      blanks();
      if (text[at] !== ':') fail('":" is expected');
      at++;
      if (entries.some(([other]) => other === key)) throw new JsonSyntaxError(`"${key}" is given twice`, start);
      entries.push([key, read([...path, key])]);
    });
    return Object.fromEntries(entries);
  }

  function readArray(path: readonly PropertyKey[]): unknown[] {
    const items: unknown[] = [];
    list(']', () => items.push(read([...path, items.length])));
    return items;
  }

  function list(end: string, item: () => void): void {
    at++;
    blanks();
    if (text[at] === end) return void at++;
    for (;;) {
      blanks();
      item();
      blanks();
      const mark = text[at];
      if (mark !== ',' && mark !== end) fail(`"," or "${end}" is expected`);
      at++;
      if (mark === end) return;
    }
  }

  function blanks(): void {
    while (' \t\r\n'.includes(text[at] ?? 'x')) at++;
  }

  function fail(message: string): never {
    throw new JsonSyntaxError(message, at);
  }
}

const pathKey = (path: readonly PropertyKey[]) => path.map((part) => `/${String(part)}`).join('');
