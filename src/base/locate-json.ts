import { findNodeAtLocation, parseTree, printParseErrorCode, visit } from 'jsonc-parser';

/** A value of a JSON text and the offset at which every key or element begins, by its path. */
export interface LocatedJson {
  readonly value: unknown;
  /** Where the value at a path begins, or what is nearest around it in the text. */
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

/** Lists in lists beyond this depth are no file that anybody wrote. */
const DEEPEST = 100;

/** By the parser's name for the mistake. */
const MESSAGES: ReadonlyMap<string, string> = new Map([
  ['InvalidNumberFormat', 'a number is malformed'],
  ['PropertyNameExpected', 'a key in double quotes is expected'],
  ['ValueExpected', 'a value is expected'],
  ['ColonExpected', '":" is expected'],
  ['EndOfFileExpected', 'nothing may follow the value'],
  ['InvalidCommentToken', 'comments are not allowed'],
  ['UnexpectedEndOfComment', 'comments are not allowed'],
  ['UnexpectedEndOfString', 'a text in double quotes has no end'],
  ['UnexpectedEndOfNumber', 'a number is malformed'],
  ['InvalidUnicode', '\\u needs four hexadecimal digits'],
  ['InvalidEscapeCharacter', 'an escape in a text is malformed'],
  ['InvalidCharacter', 'a text holds a line break or control character'],
]);

/**
 * Reads JSON and keeps where everything stands, which `JSON.parse` does not tell. Keys given twice are refused, and so are
 * whole numbers that would be rounded, and what is nested more than 100 deep.
 *
 * @throws JsonSyntaxError
 */
export function locateJson(text: string): LocatedJson {
  /** The ends expected of what has begun, and the keys of every object among it. */
  const open: { readonly end: '}' | ']'; readonly keys: Set<string> }[] = [];
  const begin = (end: '}' | ']') => (offset: number) => {
    if (open.length >= DEEPEST) throw new JsonSyntaxError(`nested more than ${DEEPEST} deep`, offset);
    open.push({ end, keys: new Set() });
  };
  const end = () => void open.pop();
  visit(
    text,
    {
      onObjectBegin: begin('}'),
      onArrayBegin: begin(']'),
      onObjectEnd: end,
      onArrayEnd: end,
      onObjectProperty(key, offset) {
        const { keys } = open.at(-1)!;
        if (keys.has(key)) throw new JsonSyntaxError(`"${key}" is given twice`, offset);
        keys.add(key);
      },
      onLiteralValue(value, offset, length) {
        const written = text.slice(offset, offset + length);
        if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(written)) return;
        // What JSON.stringify writes for a large number comes back as that number.
        if (String(value) === written || BigInt(written) === BigInt(value)) return;
        throw new JsonSyntaxError(`${written} is beyond 2^53 and would be rounded; write it as a text`, offset);
      },
      onError(code, offset) {
        const list = `"," or "${open.at(-1)?.end ?? '}'}" is expected`;
        const ended = offset >= text.trimEnd().length ? 'the text ends too early: ' : '';
        const unknown = `unexpected ${JSON.stringify(text.slice(offset, offset + 20).split(/[\s,\]}]/)[0])}`;
        const mistake = printParseErrorCode(code);
        const isList = ['CommaExpected', 'CloseBraceExpected', 'CloseBracketExpected'].includes(mistake);
        throw new JsonSyntaxError(`${ended}${isList ? list : (MESSAGES.get(mistake) ?? unknown)}`, offset);
      },
    },
    { disallowComments: true },
  );
  return {
    value: parse(text),
    offset(path) {
      const root = parseTree(text);
      for (let length = path.length; root !== undefined && length > 0; length--) {
        const node = findNodeAtLocation(root, path.slice(0, length).map(segment));
        if (node !== undefined) return node.offset;
      }
      return root?.offset ?? 0;
    },
  };
}

const segment = (part: PropertyKey) => (typeof part === 'number' ? part : String(part));

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    // What the visitor lets pass; V8 names the place where it can.
    const [, at] = /position (\d+)/.exec((cause as Error).message) ?? [];
    throw new JsonSyntaxError((cause as Error).message, Number(at ?? 0));
  }
}
