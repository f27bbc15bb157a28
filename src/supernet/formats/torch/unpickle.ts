import { callGlobal, isKind, namedGlobal, type PickleValue, persistentStorage, refuse } from './pickle-value.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Takes numbers, lines and byte runs off a pickle; reading beyond its end is an error. */
export interface PickleReader {
  /** Bytes taken so far. */
  readonly position: number;
  byte(): number;
  /** Unsigned, little-endian, of at most 6 bytes (longer ones must be that small). */
  unsigned(bytes: number): number;
  int32(): number;
  /** Big-endian, as only pickle's floats are. */
  float64(): number;
  bytes(length: number): Uint8Array;
  text(length: number): string;
  /** Up to the next line feed. */
  line(): string;
  /** A two's-complement integer. */
  integer(bytes: number): number | bigint;
}

function createPickleReader(pickle: Uint8Array, start = 0): PickleReader {
  const view = new DataView(pickle.buffer, pickle.byteOffset, pickle.byteLength);
  let position = start;
  const take = (length: number) => {
    if (length > pickle.byteLength - position) throw refuse('the pickle is cut off');
    position += length;
    return position - length;
  };
  const bytes = (length: number) => {
    const at = take(length);
    return pickle.subarray(at, at + length);
  };
  const decode = (run: Uint8Array) => {
    try {
      return utf8.decode(run);
    } catch (cause) {
      throw refuse('the pickle has a text that is not UTF-8', cause);
    }
  };
  return {
    get position() {
      return position;
    },
    byte: () => view.getUint8(take(1)),
    unsigned: (length) => bytes(length).reduceRight((value, byte) => value * 256 + byte, 0),
    int32: () => view.getInt32(take(4), true),
    float64: () => view.getFloat64(take(8)),
    bytes,
    text: (length) => decode(bytes(length)),
    line: () => {
      const end = pickle.indexOf(0x0a, position);
      if (end < 0) throw refuse('the pickle is cut off');
      const text = decode(bytes(end - position));
      take(1);
      return text;
    },
    integer: (length) => {
      const value = bytes(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      const signed = BigInt.asIntN(8 * length, value);
      const number = Number(signed);
      return Number.isSafeInteger(number) ? number : signed;
    },
  };
}

/** A pickle machine's state: the stack, the stacks under each open mark, and the memo. */
interface Machine {
  readonly reader: PickleReader;
  stack: PickleValue[];
  readonly marks: PickleValue[][];
  readonly memo: Map<number, PickleValue>;
}

type Operation = (machine: Machine) => void;

/**
 * Reads one pickle of tensors (protocols 2 to 5, as `torch.save` writes them) without running anything of it: names are
 * looked up in a short table and everything else is refused by name.
 * @returns the object and the position after its end
 * @throws ModelError (MODEL_CHECKPOINT)
 */
export function unpickle(pickle: Uint8Array, start = 0): { readonly value: PickleValue; readonly end: number } {
  const machine: Machine = { reader: createPickleReader(pickle, start), stack: [], marks: [], memo: new Map() };
  for (;;) {
    const opcode = machine.reader.byte();
    if (opcode === STOP) break;
    const operation = operations[opcode];
    if (operation === undefined) {
      throw refuse(`the pickle has the opcode 0x${opcode.toString(16).padStart(2, '0')}, which no tensor needs`);
    }
    operation(machine);
  }
  return { value: pop(machine), end: machine.reader.position };
}

const STOP = 0x2e;

const push =
  (make: (machine: Machine) => PickleValue): Operation =>
  (machine) => {
    // The value is made first: making it may replace the stack.
    const value = make(machine);
    machine.stack.push(value);
  };

const pushTuple = (count: number) =>
  push((machine) => ({ kind: 'tuple', items: Array.from({ length: count }, () => pop(machine)).reverse() }));

/** Calls what lies below the arguments on the stack. */
const callTop = push((machine) => {
  const args = pop(machine);
  return callGlobal(pop(machine), args);
});

const operations: { readonly [opcode: number]: Operation } = {
  [0x80]: ({ reader }) => {
    const protocol = reader.byte();
    if (protocol < 2 || protocol > 5) throw refuse(`the pickle has protocol ${protocol}; 2 to 5 are known`);
  },
  // FRAME: only says how long the next run is.
  [0x95]: ({ reader }) => void reader.unsigned(8),

  [code('N')]: push(() => null),
  [0x88]: push(() => true),
  [0x89]: push(() => false),
  [code('J')]: push(({ reader }) => reader.int32()),
  [code('K')]: push(({ reader }) => reader.byte()),
  [code('M')]: push(({ reader }) => reader.unsigned(2)),
  [0x8a]: push(({ reader }) => reader.integer(reader.byte())),
  [code('G')]: push(({ reader }) => reader.float64()),
  [code('X')]: push(({ reader }) => reader.text(reader.unsigned(4))),
  [0x8c]: push(({ reader }) => reader.text(reader.byte())),
  [0x8d]: push(({ reader }) => reader.text(reader.unsigned(8))),
  [code('C')]: push(({ reader }) => reader.bytes(reader.byte())),
  [code('B')]: push(({ reader }) => reader.bytes(reader.unsigned(4))),
  // Python 2 wrote its short strings so.
  [code('U')]: push(({ reader }) => reader.text(reader.byte())),

  [code('(')]: (machine) => {
    machine.marks.push(machine.stack);
    machine.stack = [];
  },
  [code(')')]: pushTuple(0),
  [0x85]: pushTuple(1),
  [0x86]: pushTuple(2),
  [0x87]: pushTuple(3),
  [code('t')]: push((machine) => ({ kind: 'tuple', items: popToMark(machine) })),
  [code(']')]: push(() => []),
  [code('l')]: push(popToMark),
  [code('a')]: (machine) => append(machine, [pop(machine)]),
  [code('e')]: (machine) => append(machine, popToMark(machine)),
  [0x96]: push(({ reader }) => reader.bytes(reader.unsigned(8))),
  // EMPTY_SET, FROZENSET and ADDITEMS, of protocol 4.
  [0x91]: push((machine) => ({ kind: 'object', members: popToMark(machine) })),
  [0x8f]: push(() => ({ kind: 'object', members: [] })),
  [0x90]: (machine) => append(machine, popToMark(machine)),
  [code('}')]: push(() => ({ kind: 'dict', entries: new Map() })),
  [code('s')]: (machine) => setItems(machine, [pop(machine), pop(machine)].reverse()),
  [code('u')]: (machine) => setItems(machine, popToMark(machine)),
  [code('0')]: (machine) => void pop(machine),

  [code('q')]: (machine) => void machine.memo.set(machine.reader.byte(), top(machine)),
  [code('r')]: (machine) => void machine.memo.set(machine.reader.unsigned(4), top(machine)),
  [0x94]: (machine) => void machine.memo.set(machine.memo.size, top(machine)),
  [code('h')]: push((machine) => recall(machine, machine.reader.byte())),
  [code('j')]: push((machine) => recall(machine, machine.reader.unsigned(4))),

  [code('c')]: push(({ reader }) => namedGlobal(`${reader.line()}.${reader.line()}`)),
  [0x93]: push((machine) => {
    const [name, module] = [pop(machine), pop(machine)];
    if (typeof name !== 'string' || typeof module !== 'string') throw refuse('the pickle has a global without a name');
    return namedGlobal(`${module}.${name}`);
  }),
  [code('R')]: callTop,
  // NEWOBJ: a class called with arguments.
  [0x81]: callTop,
  [code('Q')]: push((machine) => persistentStorage(pop(machine))),
  // BUILD: the attributes of an OrderedDict (`_metadata` of a state dictionary), of no use here.
  [code('b')]: (machine) => {
    const state = pop(machine);
    const owner = top(machine);
    if (isKind(owner, 'object')) owner.members.push(state);
    else if (!isKind(owner, 'dict')) throw refuse('the pickle sets attributes of something that is no dictionary');
  },
};

function code(letter: string): number {
  return letter.charCodeAt(0);
}

function top({ stack }: Machine): PickleValue {
  const value = stack.at(-1);
  if (value === undefined) throw refuse('the pickle takes from an empty stack');
  return value;
}

function pop(machine: Machine): PickleValue {
  const value = top(machine);
  machine.stack.pop();
  return value;
}

function popToMark(machine: Machine): PickleValue[] {
  const items = machine.stack;
  const below = machine.marks.pop();
  if (below === undefined) throw refuse('the pickle closes a mark that was never set');
  machine.stack = below;
  return items;
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const given = top(machine);
  const list = isKind(given, 'object') ? given.members : given;
  if (!Array.isArray(list)) throw refuse('the pickle appends to something that is no list');
  for (const item of items) list.push(item);
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const dict = top(machine);
  if (isKind(dict, 'object')) {
    for (const item of items) dict.members.push(item);
    return;
  }
  if (!isKind(dict, 'dict') || items.length % 2 !== 0) throw refuse('the pickle sets items of what is no dictionary');
  for (let i = 0; i < items.length; i += 2) dict.entries.set(items[i] as PickleValue, items[i + 1] as PickleValue);
}

function recall({ memo }: Machine, index: number): PickleValue {
  const value = memo.get(index);
  if (value === undefined) throw refuse(`the pickle refers to memo ${index}, which was never set`);
  return value;
}
