import { assemble, call, F64, f64, f64x2, get, I32, i32, integer, loop, returnIf, set, V128 } from './wasm.js';

/** What of it is used: the compiler knows it only with the types of a browser. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Work on matrices given row by row, in the memory of a WebAssembly module; places in it are bytes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  /** 0 where the matrix is not positive definite. */
  readonly factor: (matrix: number, size: number) => number;
  readonly solveLower: (factor: number, b: number, size: number) => void;
  readonly invert: (factor: number, lower: number, result: number, size: number) => void;
}

/** Matrices stay in the module's memory, since what is solved with a factor is solved often, until there are so many. */
const MOST_HELD = 8;
const PAGE = 65_536;
const held = new Map<Float64Array, number>();
let end = 0;
let module: Exports | undefined;
let numbers = new Float64Array(0);

function start(): Exports {
  module ??= new WebAssembly.Instance(new WebAssembly.Module(assemble(FUNCTIONS))).exports as Exports;
  return module;
}

/** Makes the memory so long, in bytes. */
function reserve(length: number): void {
  const { memory } = start();
  const missing = length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  if (numbers.buffer !== memory.buffer) numbers = new Float64Array(memory.buffer);
}

/** Where the memory holds a matrix. `spare` bytes behind all matrices are free. */
function placeOf(matrix: Float64Array, spare: number): number {
  let place = held.get(matrix);
  if (place === undefined) {
    if (held.size === MOST_HELD) {
      held.clear();
      end = 0;
    }
    place = end;
    end += matrix.byteLength;
    held.set(matrix, place);
    reserve(end + spare);
    numbers.set(matrix, place / 8);
  } else reserve(end + spare);
  return place;
}

/** Writes the factor L of M = L Lᵀ over a matrix that is zero above its diagonal; whether there is one. */
export function factorInPlace(matrix: Float64Array, size: number): boolean {
  const place = placeOf(matrix, 0);
  numbers.set(matrix, place / 8);
  const isDefinite = start().factor(place, size) !== 0;
  matrix.set(numbers.subarray(place / 8, place / 8 + matrix.length));
  return isDefinite;
}

/** Solves L x = b in place, for a factor that never changes again. */
export function solveLower(factor: Float64Array, size: number, b: Float64Array): void {
  const place = placeOf(factor, b.byteLength);
  numbers.set(b, end / 8);
  start().solveLower(place, end, size);
  b.set(numbers.subarray(end / 8, end / 8 + size));
}

/** (L Lᵀ)⁻¹, by L⁻¹, whose rows stay short, then L⁻ᵀ L⁻¹: its lower triangle. */
export function invert(factor: Float64Array, size: number): Float64Array {
  const { byteLength, length } = factor;
  const place = placeOf(factor, 2 * byteLength);
  const free = end / 8;
  numbers.fill(0, free, free + 2 * length);
  start().invert(place, end, end + byteLength, size);
  return numbers.slice(free + length, free + 2 * length);
}

/** The place of number `index` (a local) from `base` (a local) on. */
const at = (base: number, index: number) => [get(base), get(index), integer(3), i32.shiftLeft, i32.add];
/** The place of row `index` of a matrix of rows of `size` numbers. */
const rowOf = (matrix: number, index: number, size: number) => [
  ...[get(matrix), get(index), get(size), i32.multiply, integer(3), i32.shiftLeft, i32.add],
];
const whole = (count: number, ofEach: number) => [get(count), integer(-ofEach), i32.and];

const FUNCTIONS = { dot: dotProduct(), addRow: addRow(), factor: factor(), solveLower: solve(), invert: inverse() };

/** Of `count` numbers from two places on. Four sums run at once: one alone would wait for itself at every step. */
function dotProduct() {
  const [a, b, count, k, end, first, second, sum] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const more = (sums: number, offset: number) => [
    ...[get(sums), at(a, k), f64x2.load(offset), at(b, k), f64x2.load(offset), f64x2.multiply, f64x2.add, set(sums)],
  ];
  const code = [
    ...[whole(count, 4), set(end), loop(k, end, 4, [more(first, 0), more(second, 16)])],
    ...[get(first), f64x2.lane(0), set(sum)],
    loop(k, count, 1, [get(sum), at(a, k), f64.load, at(b, k), f64.load, f64.multiply, f64.add, set(sum)]),
    ...[get(sum), get(first), f64x2.lane(1), f64.add, get(second), f64x2.lane(0), f64.add],
    ...[get(second), f64x2.lane(1), f64.add],
  ];
  return { parameters: [I32, I32, I32], result: F64, locals: [I32, I32, V128, V128, F64], code };
}

/** Adds `weight` times `count` numbers from one place to those from another. */
function addRow() {
  const [into, weight, from, count, k, end] = [0, 1, 2, 3, 4, 5] as const;
  const two = [
    ...[at(into, k), at(into, k), f64x2.load(), get(weight), f64x2.splat, at(from, k), f64x2.load()],
    ...[f64x2.multiply, f64x2.add, f64x2.store()],
  ];
  const one = [
    ...[at(into, k), at(into, k), f64.load, get(weight), at(from, k), f64.load, f64.multiply, f64.add, f64.store],
  ];
  const code = [whole(count, 2), set(end), loop(k, end, 2, two), loop(k, count, 1, one)];
  return { parameters: [I32, F64, I32, I32], locals: [I32, I32], code };
}

function factor() {
  const [matrix, size, i, j, row, other, rest] = [0, 1, 2, 3, 4, 5, 6] as const;
  const without = (column: number, by: number) => [
    ...[at(row, column), f64.load, get(row), get(by), get(column), call(0), f64.subtract],
  ];
  const code = [
    loop(i, size, 1, [
      ...[rowOf(matrix, i, size), set(row), integer(0), set(j)],
      loop(j, i, 1, [
        ...[rowOf(matrix, j, size), set(other)],
        ...[at(row, j), without(j, other), at(other, j), f64.load, f64.divide, f64.store],
      ]),
      ...[without(i, row), set(rest)],
      returnIf([get(rest), f64.constant(0), f64.isAbove, i32.isZero], integer(0)),
      ...[at(row, i), get(rest), f64.squareRoot, f64.store],
    ]),
    integer(1),
  ];
  return { parameters: [I32, I32], result: I32, locals: [I32, I32, I32, I32, F64], code };
}

function solve() {
  const [matrix, b, size, i, row] = [0, 1, 2, 3, 4] as const;
  const code = loop(i, size, 1, [
    ...[rowOf(matrix, i, size), set(row), at(b, i), at(b, i), f64.load],
    ...[get(row), get(b), get(i), call(0), f64.subtract, at(row, i), f64.load, f64.divide, f64.store],
  ]);
  return { parameters: [I32, I32, I32], locals: [I32, I32], code };
}

function inverse() {
  const [matrix, lower, result, size, i, k, row, own, count, source] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
  const next = (index: number) => [get(index), integer(1), i32.add];
  const code = [
    loop(i, size, 1, [
      ...[rowOf(matrix, i, size), set(source), rowOf(lower, i, size), set(row)],
      ...[f64.constant(1), at(source, i), f64.load, f64.divide, set(own), integer(0), set(k)],
      loop(k, i, 1, [
        ...[get(row), at(source, k), f64.load, f64.negate, get(own), f64.multiply],
        ...[rowOf(lower, k, size), next(k), call(1)],
      ]),
      ...[at(row, i), get(own), f64.store],
    ]),
    ...[integer(0), set(k)],
    loop(k, size, 1, [
      ...[rowOf(lower, k, size), set(row), integer(0), set(i), next(k), set(count)],
      loop(i, count, 1, [rowOf(result, i, size), at(row, i), f64.load, get(row), next(i), call(1)]),
    ]),
  ];
  return { parameters: [I32, I32, I32, I32], locals: [I32, I32, I32, F64, I32, I32], code };
}
