/**
 * The little of WebAssembly that loops over numbers are written in: its SIMD multiplies and adds two numbers at once and needs
 * no check of bounds, which takes a quarter of what JavaScript does, for the same numbers to the last bit.
 */
export type Code = number | readonly Code[];

/** A function: the types of its parameters, result and further locals (numbered one after the other), and its code. */
export interface WasmFunction {
  readonly parameters: readonly number[];
  readonly result?: number;
  readonly locals: readonly number[];
  readonly code: Code;
}

export const [I32, F64, V128] = [0x7f, 0x7c, 0x7b] as const;

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const integer = (value: number): Code => [0x41, ...signed(value)];
/** One function calls another by its place. */
export const call = (place: number): Code => [0x10, place];

/** On 32-bit integers, addresses among them. */
export const i32 = {
  add: 0x6a,
  multiply: 0x6c,
  and: 0x71,
  shiftLeft: 0x74,
  isBelow: 0x49,
  isNotBelow: 0x4f,
  isZero: 0x45,
};
export const f64 = {
  load: [0x2b, 3, 0],
  store: [0x39, 3, 0],
  add: 0xa0,
  subtract: 0xa1,
  multiply: 0xa2,
  divide: 0xa3,
  squareRoot: 0x9f,
  negate: 0x9a,
  isAbove: 0x64,
  constant: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
} as const;
/** Two 64-bit numbers beside one another. */
export const f64x2 = {
  load: (offset = 0): Code => [0xfd, 0, 3, offset],
  store: (offset = 0): Code => [0xfd, 11, 3, offset],
  add: [0xfd, 0xf0, 1],
  multiply: [0xfd, 0xf2, 1],
  splat: [0xfd, 0x14],
  lane: (which: 0 | 1): Code => [0xfd, 0x21, which],
} as const;

/** Runs `body` as long as the local `counter` is below the local `end`, and adds `step` to it after each. */
export const loop = (counter: number, end: number, step: number, body: Code): Code => [
  ...[0x02, 0x40, get(counter), get(end), i32.isNotBelow, 0x0d, 0, 0x03, 0x40, body],
  ...[get(counter), integer(step), i32.add, 0x22, counter, get(end), i32.isBelow, 0x0d, 0, 0x0b, 0x0b],
];

/** Returns what `value` leaves where `condition` leaves another integer than 0. */
export const returnIf = (condition: Code, value: Code): Code => [condition, 0x04, 0x40, value, 0x0f, 0x0b];

/** A module of these functions with one memory; exports it as `memory` and every function by its name, in that order. */
export function assemble(functions: { readonly [name: string]: WasmFunction }): Uint8Array<ArrayBuffer> {
  const all = Object.values(functions);
  const types = all.map(({ parameters, result }) => [
    ...[0x60, parameters.length, ...parameters],
    ...(result === undefined ? [0] : [1, result]),
  ]);
  const exported = Object.keys(functions).map((name, i) => [...text(name), 0, i]);
  const bodies = all.map(({ locals, code }) => {
    const body = [...list(locals.map((type) => [1, type])), ...flat(code), 0x0b];
    return [...unsigned(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(3, list(all.map((_, i) => [i]))),
    ...section(5, [1, 0, 1]),
    ...section(7, list([[...text('memory'), 2, 0], ...exported])),
    ...section(10, list(bodies)),
  ]);
}

const flat = (code: Code): number[] => (typeof code === 'number' ? [code] : code.flatMap(flat));
const list = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content];
const text = (name: string) => [name.length, ...new TextEncoder().encode(name)];

/** LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const isLast = value >= -64 && value < 64;
  return isLast ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];
}
