/** What Python writes for plain data; tuples come as lists, the keys of dictionaries as texts. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Marks a place on the stack. */
const MARK = Symbol('mark');
type Cell = Plain | typeof MARK;

/** Deeper or longer data is not what a configuration is. */
const MOST_STEPS = 1_000_000;

/**
 * Reads a pickle (protocols 2 to 5) of dictionaries, lists, tuples, numbers, texts, booleans and None. Whatever would
 * build an object or call something is refused: nothing of the file is executed.
 *
 * @throws SyntaxError for what is no such pickle.
 */
export function readPlainPickle(bytes: Uint8Array): Plain {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: Cell[] = [];
  const memo = new Map<number, Plain>();
  let at = 0;
  const refuse = (what: string): never => {
    throw new SyntaxError(`${what} at byte ${at - 1}`);
  };
  const take = (count: number) => {
    if (at + count > bytes.length) refuse('the pickle is cut off');
    at += count;
    return at - count;
  };
  const pop = (): Plain => {
    const value = stack.pop();
    return value === undefined || value === MARK ? refuse('nothing to take') : value;
  };
  const top = (): Plain => {
    const value = stack.at(-1);
    return value === undefined || value === MARK ? refuse('nothing there') : value;
  };
  const toMark = (): Plain[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) refuse('no mark');
    return stack.splice(mark).slice(1) as Plain[];
  };
  const text = (length: number) => {
    const start = take(length);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, start + length));
  };
  const extend = (items: readonly Plain[]) => {
    const list = top();
    if (!Array.isArray(list)) refuse('no list to append to');
    (list as Plain[]).push(...items);
  };
  const set = (items: readonly Plain[]) => {
    const record = top();
    if (typeof record !== 'object' || record === null || Array.isArray(record)) refuse('no dictionary to set in');
    for (let i = 0; i + 1 < items.length; i += 2) {
      const entry = { value: items[i + 1] as Plain, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(record, String(items[i]), entry);
    }
  };
  for (let step = 0; step < MOST_STEPS; step++) {
    const code = bytes[take(1)] as number;
    switch (code) {
      case 0x80: // PROTO
        take(1);
        break;
      case 0x95: // FRAME
        take(8);
        break;
      case 0x2e: // STOP
        return pop();
      case 0x28: // MARK
        stack.push(MARK);
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(code === 0x88);
        break;
      case 0x4b: // BININT1
        stack.push(view.getUint8(take(1)));
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x8a: // LONG1
        stack.push(long(view.getUint8(take(1))));
        break;
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8)));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(text(view.getUint8(take(1))));
        break;
      case 0x58: // BINUNICODE
        stack.push(text(view.getUint32(take(4), true)));
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push({});
        break;
      case 0x61: // APPEND
        extend([pop()]);
        break;
      case 0x65: // APPENDS
        extend(toMark());
        break;
      case 0x73: // SETITEM
        set([pop(), pop()].reverse());
        break;
      case 0x75: // SETITEMS
        set(toMark());
        break;
      case 0x74: // TUPLE
        stack.push(toMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(Array.from({ length: code - 0x84 }, pop).reverse());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x71: // BINPUT
        memo.set(view.getUint8(take(1)), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(view.getUint32(take(4), true), top());
        break;
      case 0x68: // BINGET
        stack.push(remembered(view.getUint8(take(1))));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(remembered(view.getUint32(take(4), true)));
        break;
      default:
        refuse(`the pickle holds more than plain data (opcode ${code})`);
    }
  }
  return refuse('the pickle is too long');

  function remembered(key: number): Plain {
    const value = memo.get(key);
    return value === undefined ? refuse('nothing is remembered there') : value;
  }

  /** Little-endian, two's complement. */
  function long(length: number): number {
    const start = take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[start + i] as number);
    return Number(BigInt.asIntN(8 * Math.max(1, length), value));
  }
}
