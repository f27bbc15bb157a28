import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const cli = join(root, 'dist', 'src', 'cli', 'main.js');
/** From 22.18 in the line 22, and from 23.6 on. */
const stripsTypes = (() => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
})();

const technique = (name: string, types: boolean) => `
import { defineTechnique } from 'supersam/kit';

/** One parent, one child, the better survives (Rechenberg, 1973). */
export default defineTechnique({
  name: '${name}',
  description: 'one parent, one child, the better survives (Rechenberg, 1973)',
  options: { rate: { type: 'float', default: 0.2, min: 0, max: 1, description: 'chance of each parameter to change' } },
  create: ({ rate }) => ({
    init: () => null,
    ask(parent${types ? ': unknown' : ''}, count, { space, rng }) {
      const propose = () => (parent ? space.mutate(parent, { rate }, rng) : space.sample(rng));
      return [Array.from({ length: count }, propose), parent];
    },
    tell: (parent, trials) => trials.findLast(({ improvement }) => improvement > 0)?.configuration ?? parent,
  }),
});
`;

/** A user's project: a package.json, the package among its node_modules, and technique files. */
function project(files: { readonly [file: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-user-'));
  for (const sub of ['techniques', 'node_modules']) mkdirSync(join(folder, sub));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(root, join(folder, 'node_modules', 'supersam'));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, 'techniques', file), text);
  return folder;
}

it('finds and runs a .mjs and a .js beside the package.json of a user, alone and as arms', () => {
  const folder = project({ 'mine.mjs': technique('mine', false), 'other.js': technique('other', false) });
  const listed = execFileSync(process.execPath, [cli, 'techniques'], { cwd: folder, encoding: 'utf8' });
  for (const name of ['mine', 'other']) expect(listed).toMatch(new RegExp(`^${name} +one parent`, 'm'));
  const [space, table] = ['small-space.json', 'small-table.csv'].map((file) => join(root, 'test', 'assets', file));
  const given = ['--space', space as string, '--oracle', `table:${table}`, '--objective', 'error:min', '--seed', '1'];
  for (const spec of ['mine:rate=0.5', 'bandit:arms=mine+other(rate=0.9)+random']) {
    const study = join(folder, `${spec.length}.db`);
    const args = [cli, 'search', ...given, '--technique', spec, '--trials', '5', '--study', study];
    execFileSync(process.execPath, args, { cwd: folder, stdio: 'pipe' });
    const csv = execFileSync(process.execPath, [cli, 'trials', study, '--csv'], { cwd: folder, encoding: 'utf8' });
    expect(csv.trim().split('\n')).toHaveLength(6);
    expect(csv).toMatch(spec.startsWith('mine') ? /,mine,/ : /,bandit\/mine,/);
  }
});

const run = (folder: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
const search = (folder: string, technique: string) => {
  const assets = join(root, 'test', 'assets');
  const problem = ['--space', join(assets, 'small-space.json'), '--oracle', `table:${join(assets, 'small-table.csv')}`];
  const rest = ['--objective', 'error:min', '--technique', technique, '--trials', '3', '--study', `${technique}.db`];
  return run(folder, 'search', ...problem, ...rest);
};

it('runs a .ts where Node does, and elsewhere passes it over unless it is asked for', () => {
  const folder = project({ 'typed.ts': technique('typed', true) });
  const listed = run(folder, 'techniques');
  expect(listed.status).toBe(0);
  if (stripsTypes) return expect(listed.stdout).toMatch(/^typed +one parent/m);
  expect(listed.stderr).toMatch(/passed over: .*cannot run the TypeScript of .*typed\.ts[\s\S]*Node 22\.18/);
  const [other, itself] = [search(folder, 'random'), search(folder, 'typed')];
  expect(other).toMatchObject({ status: 0, stderr: expect.stringMatching(/passed over: .*typed\.ts/) });
  expect(itself).toMatchObject({ status: 1, stderr: expect.stringMatching(/supersam: Node .* cannot run/) });
});

it('takes the compiled .js beside a .ts', () => {
  const folder = project({ 'typed.ts': 'no TypeScript at all', 'typed.js': technique('typed', false) });
  const { status, stdout, stderr } = run(folder, 'techniques');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^typed +one parent/m);
});

it('names broken files and passes them over, whatever is wrong with them', () => {
  const folder = project({
    'syntax.mjs': 'export default {',
    'throws.mjs': 'throw new Error("no luck")',
    'throws-nothing.mjs': 'throw undefined',
    'shape.js': 'export default { name: 3 }',
    'nothing.js': '',
    'import.mjs': "import 'not-there'",
    '_helper.mjs': 'throw new Error("not to be loaded")',
    'mine.test.mjs': 'throw new Error("not to be loaded")',
    'mine.mjs': technique('mine', false),
  });
  const { status, stdout, stderr } = run(folder, 'techniques');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^mine +one parent/m);
  const named = [...stderr.matchAll(/^passed over: .*techniques\/([\w-]+)\.m?js/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(['import', 'nothing', 'shape', 'syntax', 'throws', 'throws-nothing']);
  expect(search(folder, 'mine').status).toBe(0);
  expect(search(folder, 'syntax')).toMatchObject({ status: 1, stderr: expect.stringMatching(/cannot load .*syntax/) });
});

it('runs the example of the README on this Node', () => {
  const readme = readFileSync(join(root, 'techniques', 'README.md'), 'utf8');
  const [, code] = /`techniques\/([\w-]+\.mjs)`:\n\n```js\n([\s\S]*?)```/.exec(readme)?.slice(1) ?? [];
  const folder = project({ 'one-plus-one.mjs': code as string });
  expect(run(folder, 'techniques').stderr).toBe('');
  expect(search(folder, 'one-plus-one').status).toBe(0);
});
