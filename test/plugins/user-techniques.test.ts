import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
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
import { defineTechnique } from 'supersam';

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

it('runs a .ts where Node does, and says plainly what to do where it does not', () => {
  const folder = project({ 'typed.ts': technique('typed', true) });
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'techniques'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status).toBe(stripsTypes ? 0 : 1);
  if (stripsTypes) expect(stdout).toMatch(/^typed +one parent/m);
  else expect(stderr).toMatch(/cannot run the TypeScript of .*typed\.ts[\s\S]*Node 22\.18[\s\S]*\.mjs/);
});
