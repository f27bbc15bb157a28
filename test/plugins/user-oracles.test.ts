import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const cli = join(root, 'dist', 'src', 'cli', 'main.js');
const assets = join(root, 'test', 'assets');

/** A user's project with oracle kinds beside its package.json. */
function project(files: { readonly [file: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-user-'));
  for (const sub of ['oracles', 'node_modules']) mkdirSync(join(folder, sub));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(root, join(folder, 'node_modules', 'supersam'));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}
const run = (folder: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
const search = (folder: string, oracle: string, ...rest: readonly string[]) =>
  run(
    folder,
    ...['search', '--space', join(assets, 'small-space.json'), '--oracle', oracle, '--objective', 'error:min'],
    ...['--technique', 'random', '--trials', '3', '--study', 's.db', ...rest],
  );

/** The example of docs/oracles.md. */
const documented = () => {
  const page = readFileSync(join(root, 'docs', 'oracles.md'), 'utf8');
  return /`oracles\/constant\.mjs`[\s\S]*?```js\n([\s\S]*?)```/.exec(page)?.[1] as string;
};

it('finds a kind of a user by its place, with options of its own', () => {
  const folder = project({ 'oracles/constant.mjs': documented(), 'oracles/broken.mjs': 'throw new Error("no luck")' });
  expect(search(folder, 'constant:2', '--offset', '0.5')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/3 complete[\s\S]*error 2\.5/),
  });
  expect(search(folder, 'constant:2', '--offset', 'x')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/Give a number from 0 to 10/),
  });
  expect(search(folder, 'broken:1').stderr).toMatch(/cannot load .*broken\.mjs: no luck/);
  expect(search(folder, 'constnt:1')).toMatchObject({ status: 2, stderr: expect.stringMatching(/mean "constant"/) });
});

it('shows the options of the kind in use, and those of no other', () => {
  const folder = project({ 'oracles/constant.mjs': documented() });
  const help = (...oracle: readonly string[]) => run(folder, 'search', ...oracle, '--help').stdout;
  expect(help()).toMatch(/command,\s+constant,\s+module,\s+supernet,\s+table/);
  for (const option of ['--offset', '--input-size', '--depends']) expect(help()).not.toContain(option);
  expect(help('--oracle', 'constant:1')).toContain('--offset');
  expect(help('--oracle=supernet:m')).toContain('--input-size');
  expect(help('--oracle', 'command:x')).toContain('--depends <files...>');
});

it('refuses to go on when a file has changed that --depends names', () => {
  const folder = project({ 'm.mjs': 'export default () => ({ error: 1 })', 'kernel.c': 'int x;' });
  const given = ['--depends', 'kernel.c', 'm.mjs'];
  expect(search(folder, 'module:m.mjs', ...given)).toMatchObject({ status: 0 });
  expect(search(folder, 'module:m.mjs', ...given, '--resume')).toMatchObject({ status: 0 });
  writeFileSync(join(folder, 'kernel.c'), 'int y;');
  const changed = search(folder, 'module:m.mjs', ...given, '--resume');
  expect(changed).toMatchObject({ status: 1, stderr: expect.stringMatching(/kernel\.c/) });
  expect(search(folder, 'module:m.mjs', '--depends', 'nowhere', '--name', 'b')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/cannot read nowhere, which --depends names/),
  });
});
