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
  ['B\ntrue\n', 'csv', /its column "B" is called "b" in the space/],
  ['[{"b": true, "b": false}]', 'json', /"b" is given twice/],
])(
  'seeds of which nothing would be taken, or another than is meant, are refused: %j',
  async (text, ending, message) => {
    const path = join(folder, `seeds.${ending}`);
    writeFileSync(path, text);
    await expect(readSeedConfigurations([path], space)).rejects.toThrow(message);
  },
);
