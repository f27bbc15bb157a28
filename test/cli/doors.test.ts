import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createProgram, loadCommands } from '../../src/cli/program.js';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/src/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'supersam-doors-'));
const list = join(folder, 'loaded.txt');
const hook = `
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, next) {
    appendFileSync(${JSON.stringify(list)}, url + '\\n');
    return next(url, context);
  }`;
const register = `
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));`;

/** What a command loads: the package's own modules, and the packages that are not its own. */
function loaded(...args: readonly string[]): { readonly own: string[]; readonly packages: string[] } {
  writeFileSync(list, '');
  const flag = `data:text/javascript,${encodeURIComponent(register)}`;
  spawnSync(process.execPath, ['--import', flag, main, ...args], { encoding: 'utf8', cwd: folder });
  const files = readFileSync(list, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith('file:'))
    .map((url) => fileURLToPath(url));
  const packages = files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return {
    own: files.filter((file) => file.startsWith(join(root, 'dist'))).map((file) => file.slice(root.length + 6)),
    packages: [...new Set(packages)].sort(),
  };
}

it.each([
  { args: ['--version'], packages: ['commander'], most: 8 },
  { args: ['--help'], packages: ['commander'], most: 8 },
  { args: ['trials', '--help'], packages: ['better-sqlite3', 'commander'], most: 30 },
  { args: ['trials', 'none.db'], packages: ['better-sqlite3', 'commander'], most: 30 },
  {
    args: ['techniques'],
    packages: ['better-sqlite3', 'commander', 'seedrandom', 'simple-statistics', 'zod'],
    most: 140,
  },
])('supersam $args loads little', ({ args, packages, most }) => {
  const found = loaded(...args);
  expect(found.packages.filter((name) => !packages.includes(name))).toEqual([]);
  expect(found.own.length).toBeGreaterThan(3);
  expect(found.own.length).toBeLessThanOrEqual(most);
});

it('loads a command alone when that is called, and all on request', async () => {
  const program = createProgram();
  expect(program.commands.flatMap(({ options }) => options)).toEqual([]);
  await loadCommands(program);
  const leaves = program.commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]));
  for (const command of leaves) expect(command.description()).not.toBe('');
  expect(
    leaves.filter(({ options, registeredArguments }) => options.length + registeredArguments.length > 0).length,
  ).toBeGreaterThan(20);
});

it('commands import no commands', () => {
  const { own } = loaded('search', '--help');
  expect(own.filter((file) => file.includes('cli/commands/'))).toEqual(['src/cli/commands/search.js']);
});
