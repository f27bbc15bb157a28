import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const pages = [
  'README.md',
  'techniques/README.md',
  'search-spaces/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
/** Paths in backticks that begin with a folder of the repository; those with a star are none. */
const pathsIn = (text: string) =>
  [...text.matchAll(/`((?:src|test|techniques|scripts)\/[\w./-]+|techniques|test|search-spaces)`/g)].map(
    ([, path]) => path as string,
  );
/** A user's own files, and a name to fill in. */
const own = ['techniques/one-plus-one.mjs', 'techniques/halving.mjs', 'test/assets/golden/NAME.json'];

it('names only source files and folders that are there', () => {
  const named = pages.flatMap((page) => pathsIn(read(page)).map((path) => ({ page, path })));
  expect(named.length).toBeGreaterThan(50);
  const missing = named.filter(({ path }) => !own.includes(path) && !existsSync(join(root, path)));
  expect(missing).toEqual([]);
});

it('links only to files that are there', () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => target as string)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => ({ page, target })),
  );
  expect(links.length).toBeGreaterThan(30);
  expect(links.filter(({ page, target }) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
});

it('has every room on the map', () => {
  const map = new Set(pathsIn(read('docs/house.md')));
  const rooms = ['src', 'src/supernet'].flatMap((house) =>
    readdirSync(join(root, house), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${house}/${name}`),
  );
  expect(rooms.filter((room) => !map.has(room))).toEqual([]);
});
