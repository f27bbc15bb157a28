import { refuse } from './refuse.js';

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

export function createPickleReader(pickle: Uint8Array, start = 0): PickleReader {
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
