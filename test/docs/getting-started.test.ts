import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/getting-started.md'), 'utf8');
const project = mkdtempSync(join(tmpdir(), 'supersam-start-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Fewer pictures and steps than a reader's: what is shown here is that each line does what the page says. */
const PICTURES = { train: 4, val: 2, test: 2 };

beforeAll(() => {
  const commands = join(project, 'bin');
  mkdirSync(commands);
  const main = join(root, 'dist/src/cli/main.js');
  writeFileSync(join(commands, 'supersam'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 });
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/supersam'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }\n');
  for (const [, path = '', text = ''] of page.matchAll(/ As `([\w./-]+)`:\n\n```\w+\n(.*?)```/gs)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  copyPictures();
});

function copyPictures(): void {
  const from = join(root, 'data/dsb2018-nuclei');
  const { items } = JSON.parse(readFileSync(join(from, 'manifest.json'), 'utf8')) as {
    items: { image: string; mask: string; split: keyof typeof PICTURES }[];
  };
  const into = join(project, 'cells');
  for (const folder of ['images', 'masks', 'splits']) mkdirSync(join(into, folder), { recursive: true });
  let number = 0;
  for (const [split, count] of Object.entries(PICTURES)) {
    const names = items
      .filter((item) => item.split === split)
      .slice(0, count)
      .map(({ image, mask }) => {
        const name = String(number++);
        cpSync(join(from, image), join(into, 'images', `${name}.png`));
        cpSync(join(from, mask), join(into, 'masks', `${name}.png`));
        return name;
      });
    writeFileSync(join(into, `splits/${split}.txt`), `${names.join('\n')}\n`);
  }
}

const lines = [...page.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .filter((line) => !line.startsWith('npm install'));
const isSlow = (line: string) => /quickstart|results\/cells/.test(line);

const run = (line: string) =>
  spawnSync('sh', ['-c', line.replace('quickstart', 'quickstart --steps 2')], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(project, 'bin')}${delimiter}${process.env['PATH']}` },
  });

it('has lines to run, and files for them', () => {
  expect(lines.length).toBeGreaterThan(12);
  expect(readdirSync(project)).toEqual(expect.arrayContaining(['sort.mjs', 'sort.json', 'techniques', 'cells']));
});

for (const line of lines) {
  it.skipIf(isSlow(line) && process.env['SUPERSAM_SLOW'] !== '1')(
    `runs: ${line}`,
    () => {
      const { status, stderr, stdout } = run(line);
      expect(status, stderr).toBe(0);
      expect(stdout + stderr).not.toBe('');
    },
    isSlow(line) ? 900_000 : 120_000,
  );
}

it('gets what it says it gets', () => {
  expect(readdirSync(join(project, 'masks'))).toEqual(expect.arrayContaining(['0-1.png', '0-overlay.png']));
  expect(readdirSync(join(project, 'comparison'))).toContain('comparison.html');
  expect(run('supersam techniques').stdout).toContain('halving');
});
