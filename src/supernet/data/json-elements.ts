import { RepeatedKeyError } from '../../base/parse-json.js';
import { DataError } from '../../errors.js';
import { chunksOf, parseDataJson } from './data-files.js';

/** An element of an array that is a member of the file's one object: `{ "images": [ element, … ], … }`. */
export interface JsonElement {
  readonly key: string;
  /** Bytes of the file: from `start` to before `end`. */
  readonly start: number;
  readonly end: number;
  /** Undefined for an element that is no object. */
  readonly value: unknown;
  /** What is wrong with it where a key stands twice in it; it then has no value. */
  readonly repeated?: string;
}

/** No image and no annotation is near this. */
const ELEMENT_BYTES = 2 ** 26;

const UTF_16 = 'it is UTF-16; save it as UTF-8';
const PYTHONS = 'it is a dictionary as Python shows it, and no JSON; write it with json.dump';
const APOSTROPHE = 0x27;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Walks the objects in the arrays of a JSON file with memory for one of them at a time, so that a file of any size can
 * be read (COCO's training annotations have 450 MB). Other members are passed over.
 * @throws DataError naming the byte at which the file is broken or ends too early
 */
export async function* jsonElements(path: string): AsyncGenerator<JsonElement> {
  const scan = createScanner(path);
  let offset = 0;
  for await (const chunk of chunksOf(path)) {
    yield* scan.chunk(chunk, offset);
    offset += chunk.length;
  }
  scan.end(offset);
}

function createScanner(path: string) {
  let depth = 0;
  let inText = false;
  let escaped = false;
  let finished = false;
  /** The last text at depth 1, which a colon makes the key. */
  let key = '';
  const keys = new Set<string>();
  /** Bytes kept: those of the open element, or of the open text at depth 1. */
  let kept: Buffer[] = [];
  let keptFrom = -1;
  let start = 0;
  let inArray = false;
  /** Whether an element of an array begins next. */
  let isNext = false;

  const broken = (at: number, what: string, cause?: unknown) =>
    new DataError('DATA_ANNOTATION', `${path} is broken at byte ${at}: ${what}`, {
      remedy: 'copy the file again',
      ...(cause === undefined ? {} : { cause }),
    });

  function* chunk(bytes: Buffer, offset: number): Generator<JsonElement> {
    if (keptFrom >= 0) keptFrom = 0;
    const take = (to: number) => {
      const all = Buffer.concat([...kept, bytes.subarray(keptFrom, to)]);
      kept = [];
      keptFrom = -1;
      return all;
    };
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inText = false;
          if (depth === 1) key = parse(take(i + 1), offset + i) as string;
        }
        continue;
      }
      if ((byte <= 0x20 && byte > 0) || isByteOrderMark(byte, offset + i)) continue;
      if (byte === 0) throw broken(offset + i, UTF_16);
      if (finished) throw broken(offset + i, 'something follows the end');
      if (depth === 0 && byte !== OPEN_BRACE) throw broken(offset + i, kindOf(bytes));
      if (depth === 2 && inArray && isNext && byte !== CLOSE_BRACKET && byte !== COMMA) {
        isNext = false;
        if (byte !== OPEN_BRACE) yield { key, start: offset + i, end: offset + i, value: undefined };
      }
      switch (byte) {
        case QUOTE:
          inText = true;
          if (depth === 1) keptFrom = i;
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          if (depth === 1) {
            inArray = byte === OPEN_BRACKET;
            isNext = inArray;
          }
          if (depth === 2 && inArray && byte === OPEN_BRACE) {
            keptFrom = i;
            start = offset + i;
          }
          depth++;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          depth--;
          if (depth === 2 && inArray && keptFrom >= 0) {
            yield { key, start, end: offset + i + 1, ...element(take(i + 1), start) };
          }
          if (depth === 0) finished = true;
          break;
        case COLON:
          if (depth !== 1) break;
          if (keys.has(key)) throw broken(offset + i, `"${key}" is given twice`);
          keys.add(key);
          break;
        case COMMA:
          isNext ||= depth === 2;
          break;
        default:
          if (depth === 1 && byte === APOSTROPHE) throw broken(offset + i, PYTHONS);
          if (depth === 2 && inArray && !isLiteral(byte)) throw broken(offset + i, 'an array has something else in it');
      }
    }
    if (keptFrom >= 0) {
      kept.push(bytes.subarray(keptFrom));
      if (kept.reduce((sum, { length }) => sum + length, 0) > ELEMENT_BYTES) {
        throw broken(offset, 'one element is larger than 64 MiB');
      }
    }
  }

  function element(text: Buffer, at: number): { readonly value: unknown; readonly repeated?: string } {
    try {
      return { value: parse(text, at) };
    } catch (error) {
      if (error instanceof DataError && error.cause instanceof RepeatedKeyError) {
        return { value: undefined, repeated: error.cause.message };
      }
      throw error;
    }
  }

  function parse(text: Buffer, at: number): unknown {
    try {
      return parseDataJson(text.toString('utf8'));
    } catch (cause) {
      throw broken(at, (cause as Error).message, cause);
    }
  }

  return {
    chunk,
    end: (offset: number) => {
      if (!finished) throw broken(offset, 'the file ends too early');
    },
  };
}

/** What begins otherwise than with an object. */
function kindOf([first, second]: Buffer): string {
  if (first === 0x1f && second === 0x8b) return 'it is packed by gzip; unpack it';
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return UTF_16;
  return 'it is no JSON object';
}

/** EF BB BF, which editors on Windows put before the text. */
const isByteOrderMark = (byte: number, at: number) => at < 3 && byte === [0xef, 0xbb, 0xbf][at];

/** Numbers, true, false, null, NaN and Infinity, which arrays like `"years": [2017]` hold. */
const isLiteral = (byte: number) =>
  (byte >= 0x2b && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || [0x45, 0x49, 0x4e].includes(byte);
