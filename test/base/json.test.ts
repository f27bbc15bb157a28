import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSame, ownValue, setOwn } from '../../src/base/json.js';

it('tells equal JSON values from others, whatever the order of their keys', () => {
  // What objects inherit is no value of theirs, and -0 is written as 0.
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, item]) => [key, turned(item)]),
    );
  };
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(isSame(a, turned(a))).toBe(true);
      expect(isSame(a, b)).toBe(
        JSON.stringify(a) === JSON.stringify(b) || JSON.stringify(turned(a)) === JSON.stringify(b),
      );
    }),
    { seed: 1, numRuns: 300 },
  );
  expect(isSame({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  expect(isSame({}, { toString: 1 })).toBe(false);
  expect(isSame({ toString: 1 }, {})).toBe(false);
  expect(isSame([], {})).toBe(false);
});

it('reads and sets what names say, not what objects inherit', () => {
  const record: { [name: string]: number } = {};
  for (const name of ['constructor', '__proto__', 'x']) {
    expect(ownValue(record, name)).toBeUndefined();
    setOwn(record, name, 7);
    expect(ownValue(record, name)).toBe(7);
  }
  expect(JSON.parse(JSON.stringify(record))).toEqual(record);
});
