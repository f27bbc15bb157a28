import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locateJson } from '../../src/base/locate-json.js';
import { compileSpace } from '../../src/search-space/compile-space.js';
import { parseSpace } from '../../src/search-space/parse-space.js';

const text = `{ "name": "example",
  "parameters": [
    { "name": "keep3",  "type": "boolean" },
    { "name": "width3", "type": "ordinal", "choices": [256, 512, 1024], "when": "keep3" },
    { "name": "block",  "type": "integer", "min": 1, "max": 64, "scale": "log2" },
    { "name": "op",     "type": "categorical", "choices": ["a", "b"] } ],
  "constraints": ["block <= 32 || op == 'a'"] }`;

describe('parseSpace', () => {
  it('reads a file whose configurations can be counted', () => {
    const space = compileSpace(parseSpace(text, 'example.json'));
    expect(space.size()).toBe(4n * 96n);
    expect(space.parameters.map(({ type }) => type)).toEqual(['boolean', 'ordinal', 'integer', 'categorical']);
  });

  for (const [what, from, to, message] of [
    ['a missing comma', '"boolean" },', '"boolean" }', 'example.json:4:5 is not JSON: "," or "]" is expected'],
    ['a text that ends early', "== 'a'\"] }", "== 'a'\"]", 'is expected'],
    [
      'an unknown key',
      '"choices": [256',
      '"choise": [256',
      'example.json:4:54 parameters[1].choise: unknown key. Did you mean "choices"?',
    ],
    [
      'an unknown type',
      '"integer"',
      '"interger"',
      'parameters[2].type: unknown type "interger". Did you mean "integer"? Types are',
    ],
    ['a missing key', '"min": 1, ', '', 'example.json:5:5 parameters[2].min: is missing'],
    ['a missing type', ',  "type": "boolean"', '', 'parameters[0].type: is missing; Types are'],
    [
      'a range turned around',
      '"max": 64',
      '"max": -64',
      'example.json:5:61 parameters[2].max: "block": max -64 is below min 1',
    ],
    [
      'a choice listed twice',
      '["a", "b"]',
      '["a", "a"]',
      'example.json:6:65 parameters[3].choices[1]: "op": "a" is listed twice',
    ],
    ['a name used twice', '"block"', '"keep3"', '"keep3" is declared twice'],
    ['a logarithm of zero', '"min": 1', '"min": 0', 'needs min above 0'],
    ['too few weights', '"boolean"', '"boolean", "weights": [1]', '"keep3": 1 weights for 2 values'],
    [
      'a choice of null',
      '["a", "b"]',
      '[null, "b"]',
      'a choice is a number, a text, true or false, not null; write a text',
    ],
    [
      'a list as a choice',
      '["a", "b"]',
      '[[16, 8], "b"]',
      'not [16,8]; write a text that stands for it, such as "16x8"',
    ],
    [
      'a comment',
      '"name": "example"',
      '// it\n"name": "example"',
      'example.json:1:3 is not JSON: comments are not allowed',
    ],
    ['a comma too many', '["a", "b"]', '["a", "b",]', 'example.json:6:69 is not JSON: a value is expected'],
    ['something after the end', "== 'a'\"] }", "== 'a'\"] } []", 'nothing may follow the value'],
    ['a number that would be rounded', '"max": 64', '"max": 9007199254740993', '9007199254740993 is beyond 2^53'],
    ['a step over the range', '"max": 64', '"max": 64, "step": 64', 'a step of 64 leads from 1 beyond 64 at once'],
    ['a key twice', '"min": 1', '"max": 1', '"max" is given twice'],
  ] as const) {
    it(`names the place of ${what}`, () => {
      expect(text).toContain(from);
      expect(() => parseSpace(text.replace(from, to), 'example.json')).toThrow(message);
    });
  }

  it('refuses a schedule that waits for itself', () => {
    const definition = {
      name: 's',
      parameters: [{ name: 'p', type: 'schedule', items: ['a', 'b'], after: { a: ['b'], b: ['a'] } }],
    };
    expect(() => parseSpace(JSON.stringify(definition), 's.json')).toThrow('"a" has to come after itself');
  });
});

it('skips a byte order mark and refuses what is nested without end', () => {
  expect(parseSpace(`\uFEFF${text}`, 'example.json').name).toBe('example');
  for (const deep of ['['.repeat(100_000), '{"a":'.repeat(100_000), `${'['.repeat(101)}${']'.repeat(101)}`]) {
    expect(() => parseSpace(deep, 'deep.json')).toThrow('is not JSON: nested more than 100 deep');
  }
});

it('refuses an order for an item that would be lost', () => {
  const item =
    '{ "name": "s", "parameters": [{ "name": "p", "type": "schedule", "items": ["__proto__", "b"], AFTER }] }';
  expect(() => parseSpace(item.replace('AFTER', '"after": { "__proto__": ["b"] }'), 's.json')).toThrow(
    'cannot be named',
  );
  const inherited = item.replace('__proto__', 'constructor').replace('AFTER', '"after": { "constructor": ["b"] }');
  expect([...compileSpace(parseSpace(inherited, 's.json')).enumerate()]).toEqual([{ p: ['b', 'constructor'] }]);
});

it('locateJson reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2), (json, indent) => {
      const written = JSON.stringify(JSON.parse(json), null, indent);
      expect(locateJson(written).value).toEqual(JSON.parse(written));
    }),
  );
});

it.each(['name: s\nparameters:\n  - name: x\n    type: boolean\n', 'name = "s"\n', '', "name: 's'", '<space/>'])(
  'says of what is no JSON at all what a space file is: %j',
  (other) => {
    expect(() => parseSpace(other, 's.yaml')).toThrow(
      expect.objectContaining({ code: 'SPACE_SYNTAX', remedy: expect.stringMatching(/^a space file is JSON.*YAML/) }),
    );
  },
);

it.each(['true', 'false'])('refuses a parameter "%s", which expressions would not read', (name) => {
  const space = { name: 's', parameters: [{ name, type: 'boolean' }], constraints: [`x == ${name}`] };
  expect(() => parseSpace(JSON.stringify(space), 's.json')).toThrow(`"${name}" stands for itself in expressions`);
});
