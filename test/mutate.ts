import fc from 'fast-check';
import { expect } from 'vitest';
import { SupersamError } from '../src/errors.js';

/** What is put into a file that holds JSON. */
export const JSON_WORDS: readonly string[] = [
  ...['{', '}', '[', ']', ',', ':', '"', '-', '\n'],
  ...['1e999', '99999999999', 'null', 'NaN', '__proto__'],
];

/** What reading a damaged file gives; undefined where it is refused by an error of this kind. */
export async function orFault<T>(
  work: () => T | Promise<T>,
  kind: abstract new (...given: never[]) => SupersamError = SupersamError,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    expect(error, String(error instanceof Error ? error.stack : error)).toBeInstanceOf(kind);
    return undefined;
  }
}

/**
 * A file as a bad copy, a careless editor or another program leaves it: bytes changed, cut off, put in, taken out, doubled.
 * @param words what is put in
 */
export function mutated(original: Buffer, words: readonly string[] = ['\0']): fc.Arbitrary<Buffer> {
  const at = fc.nat(Math.max(0, original.length - 1));
  const length = fc.integer({ min: 1, max: 40 });
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at, byte: fc.nat(255) }),
    fc.record({ kind: fc.constant('cut' as const), at }),
    fc.record({ kind: fc.constant('put' as const), at, word: fc.constantFrom(...words) }),
    fc.record({ kind: fc.constant('take' as const), at, length }),
    fc.record({ kind: fc.constant('double' as const), at, length }),
  );
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => changes.reduce(apply, original));
}

type Change =
  | { readonly kind: 'set'; readonly at: number; readonly byte: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'put'; readonly at: number; readonly word: string }
  | { readonly kind: 'take' | 'double'; readonly at: number; readonly length: number };

function apply(bytes: Buffer, change: Change): Buffer {
  const { at } = change;
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (change.kind) {
    case 'set': {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = change.byte;
      return copy;
    }
    case 'cut':
      return before;
    case 'put':
      return Buffer.concat([before, Buffer.from(change.word), after]);
    case 'take':
      return Buffer.concat([before, after.subarray(change.length)]);
    case 'double':
      return Buffer.concat([before, after.subarray(0, change.length), after]);
  }
}
