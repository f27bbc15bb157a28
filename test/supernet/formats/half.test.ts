import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeElements, elementType, toHalf } from '../../../src/supernet/formats/element-types.js';

/** Every finite binary16 number that is not negative, in order of its bits, which is that of its value. */
const all = decodeElements(
  new Uint8Array(Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits).buffer),
  elementType('F16') as NonNullable<ReturnType<typeof elementType>>,
);

it('gives every binary16 number its own bits, of either sign', () => {
  all.forEach((value, bits) => {
    if (toHalf(value) !== bits || toHalf(-value) !== (bits | 0x8000)) expect(value).toBe(bits);
  });
});

it('takes the nearest number, of two as near the one of even bits', () => {
  const value = fc.oneof(
    fc.float({ min: 0, max: 65519, noNaN: true }),
    fc.float({ min: 0, max: Math.fround(2 ** -13), noNaN: true }),
  );
  fc.assert(
    fc.property(value, (x) => {
      const bits = toHalf(x);
      const off = (i: number) => Math.abs(x - (all[i] ?? 65536));
      for (const other of [bits - 1, bits + 1]) {
        if (other >= 0) expect(off(other) > off(bits) || (off(other) === off(bits) && bits % 2 === 0)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.nat(0x7bfe), (bits) => {
      const middle = ((all[bits] as number) + (all[bits + 1] as number)) / 2;
      expect(toHalf(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
    }),
  );
  expect([toHalf(65520), toHalf(-1e9), toHalf(Number.NaN)]).toEqual([0x7c00, 0xfc00, 0x7e00]);
});
