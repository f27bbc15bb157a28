import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfigurations } from '../../src/cli/read-configuration.js';
import { readPrompts } from '../../src/cli/read-prompts.js';
import { readSeedConfigurations } from '../../src/cli/read-seed-configurations.js';
import { compileSpace } from '../../src/search-space/compile-space.js';
import { parseSpace } from '../../src/search-space/parse-space.js';
import { readRanking } from '../../src/supernet/method/ranking.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-marked-'));
/** As Windows' editors and shells write text. */
const ENCODINGS: { readonly [name: string]: (text: string) => Buffer } = {
  'UTF-8 with a mark': (text) => Buffer.from(`\uFEFF${text}`),
  'UTF-16': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'UTF-16, big end first': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
};
const space = compileSpace(parseSpace('{"name": "s", "parameters": [{"name": "b", "type": "boolean"}]}', 's.json'));

it.each(Object.entries(ENCODINGS))('files in %s are read', async (name, encode) => {
  const file = (text: string, ending = 'json') => {
    const path = join(folder, `${name}.${ending}`);
    writeFileSync(path, encode(text));
    return path;
  };
  expect(await readConfigurations(file('{"b": true}'))).toEqual([{ b: true }]);
  expect(await readPrompts(file('[{"box": [1, 2, 3, 4]}]'))).toHaveLength(1);
  expect(await readSeedConfigurations([file('[{"b": true}]')], space)).toEqual([{ b: true }]);
  expect(await readSeedConfigurations([file('b\r\ntrue\r\n', 'csv')], space)).toEqual([{ b: true }]);
  await expect(readRanking(file('{"method": "none"}'))).rejects.not.toThrow(/JSON/);
});

it.each([
  ['[]', 'json', /it is empty/],
  ['b\n', 'csv', /it is empty/],
  ['x,y\ntrue,1\n', 'csv', /nothing in it is called after a parameter \(it has x, y\)/],
  ['b,b\ntrue,false\n', 'csv', /two columns are called "b"/],
  ['b\ntrue,false\n', 'csv', /seeds\.csv, configuration 1 has 2 cells, the header names 1/],
  ['b\ntrue\nmaybe\n', 'csv', /seeds\.csv, configuration 2: "b" cannot be "maybe"/],
  ['{"b": true}\n{"b": ', 'jsonl', /seeds\.jsonl, line 2 is not JSON/],
  ['[{"b": true, "metrics": {"b": false}}]', 'json', /record 1 has two values of "b"/],
  ['[{"b": true, "b": false}]', 'json', /"b" is given twice/],
])(
  'seeds of which nothing would be taken, or another than is meant, are refused: %j',
  async (text, ending, message) => {
    const path = join(folder, `seeds.${ending}`);
    writeFileSync(path, text);
    await expect(readSeedConfigurations([path], space)).rejects.toThrow(message);
  },
);

it.each([
  ['{"b": true}', 'json'],
  ['[{"b": "yes", "error": 3}]', 'json'],
  ['{"b": 1}\n{"b": true}\n', 'jsonl'],
  ['[{"number": 0, "configuration": {"b": true}, "metrics": {"error": 1}, "values": {"error": 1}}]', 'json'],
  ['B;error\nON;0,5\n', 'csv'],
  ['params_b,value\nTrue,1\n', 'txt'],
])('seeds are matched by value, whatever else is there: %j', async (text, ending) => {
  const path = join(folder, `seeds.${ending}`);
  writeFileSync(path, text);
  expect((await readSeedConfigurations([path], space))[0]).toEqual({ b: true });
});
