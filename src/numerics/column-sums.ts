import { at, f64, f64x2, get, I32, i32, instantiate, integer, loop, type Memory, reserve, set, V128 } from './wasm.js';

/** A number for every row, to be summed with those of other columns; who writes into it calls `changed`. */
export interface Column {
  readonly numbers: Float64Array;
  /** Where the module's memory holds a copy, as long as `epoch` is its own. */
  place: number;
  epoch: number;
}

/** Rows that are summed at once; columns are filled up to whole blocks. */
const BLOCK = 8;
/** Copies are thrown away when they take so many bytes. */
const MOST_HELD = 2 ** 25;
const NEVER = 0;

const wholeBlocks = (rows: number) => Math.ceil(rows / BLOCK) * BLOCK;

export const createColumn = (rows: number): Column => ({
  numbers: new Float64Array(wholeBlocks(rows)),
  place: 0,
  epoch: NEVER,
});

export function changed(column: Column): void {
  column.epoch = NEVER;
}

interface Exports {
  readonly memory: Memory;
  readonly sum: (into: number, places: number, count: number, rows: number) => void;
}

let module: Exports | undefined;
/** In bytes: the sums and the places of the columns stand before `head`, copies of columns from there to `end`. */
let [head, end, epoch] = [0, 0, NEVER + 1];

/**
 * Writes the sums of the first `rows` numbers of the columns, each added up from the first column to the last: to the
 * last bit what a loop in JavaScript comes to.
 */
export function sumColumns(columns: readonly Column[], rows: number, into: Float64Array): void {
  module ??= instantiate<Exports>({ sum: sum() });
  const { memory } = module;
  const count = wholeBlocks(rows);
  const start = 8 * count;
  const missing = columns.reduce(
    (bytes, column) => bytes + (column.epoch === epoch ? 0 : column.numbers.byteLength),
    0,
  );
  if (end + missing > MOST_HELD || start + 4 * columns.length > head) {
    head = Math.max(head, 8 * wholeBlocks(2 * count + columns.length));
    [end, epoch] = [head, epoch + 1];
  }
  reserve(memory, end + columns.reduce((bytes, { numbers }) => bytes + numbers.byteLength, 0));
  const places = new Int32Array(memory.buffer, start, columns.length);
  for (const [k, column] of columns.entries()) {
    if (column.epoch !== epoch) {
      new Float64Array(memory.buffer, end, column.numbers.length).set(column.numbers);
      [column.place, column.epoch] = [end, epoch];
      end += column.numbers.byteLength;
    }
    places[k] = column.place;
  }
  module.sum(0, start, columns.length, count);
  into.set(new Float64Array(memory.buffer, 0, rows));
}

function sum() {
  const [into, places, count, rows, i, k, place] = [0, 1, 2, 3, 4, 5, 6] as const;
  /** The sums of a block, two beside one another. */
  const sums = [7, 8, 9, 10] as const;
  const code = loop(i, rows, BLOCK, [
    ...[f64.constant(0), f64x2.splat, set(sums[0])],
    sums.slice(1).map((one) => [get(sums[0]), set(one)]),
    ...[integer(0), set(k)],
    loop(k, count, 1, [
      ...[get(places), get(k), integer(2), i32.shiftLeft, i32.add, i32.load, set(place)],
      ...[at(place, i), set(place)],
      sums.map((one, n) => [get(one), get(place), f64x2.load(16 * n), f64x2.add, set(one)]),
    ]),
    ...[at(into, i), set(place)],
    sums.map((one, n) => [get(place), get(one), f64x2.store(16 * n)]),
  ]);
  return { parameters: [I32, I32, I32, I32], locals: [I32, I32, I32, V128, V128, V128, V128], code };
}
