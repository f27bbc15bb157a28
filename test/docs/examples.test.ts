import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const root = resolve(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'supersam-stranger-'));
const modules = join(project, 'node_modules');
const installed = join(modules, 'supersam');
afterAll(() => rmSync(project, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

/** An empty project into which the package was installed as it is published, with its dependencies and no others. */
beforeAll(() => {
  const json = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  });
  packed = (JSON.parse(json) as Packed[])[0] as Packed;
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, packed.filename), '-C', installed, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    dependencies: { [name: string]: string };
  };
  // What a user of TypeScript has beside them: its types of Node, and vitest for `supersam/testing`.
  for (const name of [...Object.keys(dependencies), '@types/node', 'vitest']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', dependencies: { supersam: '*' } }));
  for (const { path, text } of examples) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
});

const pages = [
  'README.md',
  'techniques/README.md',
  'search-spaces/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Example {
  readonly page: string;
  readonly path: string;
  readonly text: string;
}

/** The blocks of a page that import the package, as files: a comment in the first line or "As `path`:" before them names them. */
function examplesOf(page: string): Example[] {
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/([^\n]*)\n\n```(ts|js|mjs)\n(.*?)```/gs);
  return [...blocks]
    .map(([, before = '', language = 'js', text = ''], index) => {
      const named = /^\/\/ ([\w./-]+)/.exec(text)?.[1] ?? /As `([\w./-]+)`[^`]*:$/.exec(before)?.[1];
      return { page, path: named ?? `${page.replace(/\W/g, '-')}-${index}.${language}`, text };
    })
    .filter(({ text }) => /from 'supersam/.test(text));
}

const examples = pages.flatMap(examplesOf);

it('finds the examples, and writes each under a name of its own', () => {
  expect(examples.length).toBeGreaterThanOrEqual(7);
  expect(new Set(examples.map(({ path }) => path)).size).toBe(examples.length);
});

it('compiles every example of the documentation strictly against the packed package', () => {
  // Libraries are checked too, so that no published type of ours names what is not installed.
  const flags =
    '--noEmit --strict --target es2022 --module nodenext --types node --allowJs --checkJs --skipLibCheck false --pretty false';
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), ...flags.split(' '), ...examples.map(({ path }) => path)],
    { cwd: project, encoding: 'utf8' },
  );
  // Faults in the types of others lie outside the project, where their packages are linked from.
  const faults = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('../'));
  expect(faults).toEqual([]);
});

it('runs the scripts about searches in code', () => {
  const scripts = examples.filter(({ page }) => ['README.md', 'docs/ask-tell.md'].includes(page));
  expect(scripts.length).toBeGreaterThanOrEqual(3);
  for (const { path } of scripts) {
    const { status, stderr, stdout } = spawnSync(process.execPath, [path], { cwd: project, encoding: 'utf8' });
    expect([status, stderr], path).toEqual([0, '']);
    expect(stdout).toMatch(/\d/);
  }
});

it('runs its command from the package, and finds its techniques and spaces there', () => {
  const run = (...words: string[]) =>
    execFileSync(process.execPath, [join(installed, 'dist/src/cli/main.js'), ...words], {
      cwd: project,
      encoding: 'utf8',
    });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(run('--version').trim()).toBe(version);
  expect(run('techniques')).toContain('gaussian-process');
  expect(run('space', 'check', join(installed, 'search-spaces/supersam-d.json'))).toContain('12,800,000');
});

it('packs what its users need, no tests, and less than 20 MB', () => {
  const paths = packed.files.map(({ path }) => path);
  const techniques = readdirSync(join(root, 'techniques'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace(/\.ts$/, ''));
  const needed = [
    ...['LICENSE', 'README.md', 'techniques/README.md'],
    ...techniques.flatMap((name) => [`dist/techniques/${name}.js`, `dist/techniques/${name}.d.ts`]),
    ...readdirSync(join(root, 'search-spaces')).map((name) => `search-spaces/${name}`),
    ...['index', 'kit', 'sam', 'testing/index'].flatMap((door) => [`dist/src/${door}.js`, `dist/src/${door}.d.ts`]),
    ...pages,
  ];
  expect(needed.filter((path) => !paths.includes(path))).toEqual([]);
  expect(paths.some((path) => path.startsWith('data/dsb2018-nuclei/'))).toBe(true);
  // The one database is the study that the demonstration opens on.
  expect(paths.filter((path) => /^(dist\/)?test\/|\.test\.|\.db$/.test(path))).toEqual(['data/demo/nuclei.db']);
  console.log(`the package has ${paths.length} files and ${(packed.size / 1e6).toFixed(1)} MB`);
  expect(packed.size).toBeLessThan(20e6);
});
