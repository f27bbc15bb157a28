/** A key stands twice in one object of a JSON text. */
export class RepeatedKeyError extends SyntaxError {
  constructor(key: string, line: number) {
    super(`${JSON.stringify(key)} is given twice${line > 1 ? `, the second time in line ${line}` : ''}`);
  }
}

/**
 * `JSON.parse` for what others wrote, which would keep the last of two values under one key without a word. What it costs
 * beyond that is a look at every quote of the text and at every value, a fraction of the parsing.
 *
 * @throws RepeatedKeyError for a key that is given twice, another SyntaxError for what is no JSON
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (keysWritten(text) === keysKept(value)) return value;
  const { key, at } = firstRepeated(text);
  throw new RepeatedKeyError(key, text.slice(0, at).split('\n').length);
}

/** Outside of texts, the numbers that Python writes and JSON does not know. */
const PYTHONS_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/gs;

/**
 * The same for what Python's json module wrote: NaN, Infinity and -Infinity, which are no JSON, come as texts of these
 * names, or as the JSON that `standIn` gives for them.
 */
export function parsePythonJson(text: string, standIn: (name: string) => string = JSON.stringify): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof RepeatedKeyError || !/NaN|Infinity/.test(text)) throw error;
    return parseJson(text.replace(PYTHONS_NUMBERS, (part) => (part[0] === '"' ? part : standIn(part))));
  }
}

/** Where the text in double quotes that begins at `start` ends. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let before = end - 1;
    while (json[before] === '\\') before--;
    if ((end - before) % 2 === 1) return end;
  }
}

/** Whether a text that ends there is a key. */
function isKey(json: string, end: number): boolean {
  let next = end + 1;
  while (json.charCodeAt(next) <= 0x20) next++;
  return json[next] === ':';
}

function keysWritten(json: string): number {
  let keys = 0;
  for (let start = json.indexOf('"'); start >= 0; ) {
    const end = endOfText(json, start);
    if (isKey(json, end)) keys++;
    start = json.indexOf('"', end + 1);
  }
  return keys;
}

function keysKept(root: unknown): number {
  let keys = 0;
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const inside: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (!Array.isArray(value)) keys += inside.length;
    for (const item of inside) if (typeof item === 'object' && item !== null) open.push(item);
  }
  return keys;
}

/** Of a text in which there is one. */
function firstRepeated(json: string): { readonly key: string; readonly at: number } {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    const sign = json[at];
    if (sign === '{') open.push(new Set());
    else if (sign === '}') open.pop();
    else if (sign === '"') {
      const end = endOfText(json, at);
      if (isKey(json, end)) {
        const key = JSON.parse(json.slice(at, end + 1)) as string;
        if (open.at(-1)?.has(key)) return { key, at };
        open.at(-1)?.add(key);
      }
      at = end;
    }
  }
  throw new Error('no key is repeated');
}
