// Lists the licence of every package that `npm ci` installs, from the lock file and each package's own package.json:
//   node scripts/licences.mjs            a line a licence, with how many packages have it
//   node scripts/licences.mjs --all      a line a package: name, version, licence, needed by whom
// Exit code 1 for a package of a licence that is not known to be free to use beside MIT, or that states none.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each may be used, and shipped as a dependency, with a package under MIT. */
const FREE = new Set([
  ...[
    'MIT',
    'MIT-0',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    '0BSD',
    'Apache-2.0',
    'CC0-1.0',
    'Unlicense',
    'BlueOak-1.0.0',
  ],
  ...['Python-2.0', 'CC-BY-4.0', 'WTFPL', 'Zlib'],
  // Used as they are, as libraries of their own: libvips in sharp, lightningcss in the tests.
  ...['LGPL-3.0-or-later', 'MPL-2.0'],
]);

/** An expression of SPDX: every part of an AND, one of an OR. Brackets stand around the whole or around an OR. */
export function isFree(expression) {
  const parts = (text, word) => text.replaceAll(/[()]/g, '').split(` ${word} `);
  return parts(expression, 'AND').every((part) => parts(part, 'OR').some((name) => FREE.has(name.trim())));
}

/** Every package of the lock file: those of other systems, which are not installed, from the lock file alone. */
export function listLicences(folder = root) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version, license, dev = false, peer = false, optional = false }]) => {
      const file = join(folder, path, 'package.json');
      const own = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
      const stated = own.license ?? license ?? own.licenses?.map(({ type }) => type).join(' OR ');
      const licence = typeof stated === 'string' ? stated : (stated?.type ?? 'none stated');
      const use = dev ? 'development' : optional ? 'optional' : peer ? 'peer' : 'use';
      return { name: path.replace(/^.*node_modules\//, ''), version, licence, use };
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all = listLicences();
  if (process.argv.includes('--all')) {
    for (const { name, version, licence, use } of all) console.log(`${name}\t${version}\t${licence}\t${use}`);
  } else {
    const counts = new Map();
    for (const { licence } of all) counts.set(licence, (counts.get(licence) ?? 0) + 1);
    for (const [licence, count] of [...counts].sort((a, b) => b[1] - a[1]))
      console.log(`${String(count).padStart(5)}  ${licence}`);
  }
  const others = all.filter(({ licence }) => !isFree(licence));
  for (const { name, version, licence } of others)
    console.error(`${name} ${version}: ${licence} is not on the list of licences`);
  process.exitCode = others.length > 0 ? 1 : 0;
}
