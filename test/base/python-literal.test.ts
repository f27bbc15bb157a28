import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from '../../src/base/parse-json.js';
import { jsonOfPython } from '../../src/base/python-literal.js';

const assets = resolve(import.meta.dirname, '../assets');
const { cases, refused } = JSON.parse(readFileSync(join(assets, 'python-literals.json'), 'utf8')) as {
  cases: readonly { python: string; value: unknown }[];
  refused: readonly string[];
};
const read = (text: string): unknown => parseJson(jsonOfPython(text));

it.each(cases.map(({ python, value }) => [python, value]))('reads %s as Python wrote it', (python, value) => {
  expect(read(python)).toEqual(value);
});

it.each(refused)('refuses %s', (python) => {
  expect(() => read(python)).toThrow(SyntaxError);
});

it('never throws anything but a SyntaxError', () => {
  const part = fc.constantFrom(...'[]{}(),:\'"\\-. \n019eEabNonetrue', 'np.int64(', 'array', 'None', "b'", 'nan', '__');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      try {
        read(parts.join(''));
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }),
    { seed: 1, numRuns: 2000 },
  );
});
